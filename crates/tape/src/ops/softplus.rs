//! The softplus: a smooth ReLU.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::map::{Elementwise, Map};

struct Softplus;

/// `ln(1 + e^x)`, as `max(x, 0) + ln(1 + e^-|x|)`, which neither overflows nor loses small values.
#[inline(always)]
pub(super) fn softplus<T: Real>(x: T) -> T {
    let positive = if x < T::ZERO { T::ZERO } else { x };
    positive + (-x.abs()).exp().ln_1p()
}

impl<T: Real> Elementwise<T> for Softplus {
    const NAME: &'static str = "softplus";
    const RULE: Rule = Rule {
        forward: "y = ln(1 + exp(x))",
        backward: "dx = dy * sigmoid(x)",
        words: "The gradient is multiplied by a number from 0 to 1: nearly 1 where x is large, \
                nearly 0 where x is far below 0.",
    };

    fn value(x: T, _: &Attrs) -> T {
        softplus(x)
    }

    fn gradient(x: T, _: T, dy: T, _: &Attrs) -> T {
        dy * x.sigmoid()
    }
}

impl<T: Real> Graph<'_, T> {
    /// `ln(1 + e^x)` for each element.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f64>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::new(&[2]), &[0.0, 1000.0]);
    /// assert_eq!(*g.value(g.softplus(x)), [std::f64::consts::LN_2, 1000.0]);
    /// ```
    #[track_caller]
    pub fn softplus(&self, x: Var) -> Var {
        self.apply(&Map(Softplus), &[x], Attrs::default())
    }
}
