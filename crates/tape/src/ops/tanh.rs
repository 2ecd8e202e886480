//! The hyperbolic tangent.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::map::{Elementwise, Map};

struct Tanh;

impl<T: Real> Elementwise<T> for Tanh {
    const NAME: &'static str = "tanh";
    const RULE: Rule = Rule {
        forward: "y = tanh(x)",
        backward: "dx = dy * (1 - y^2)",
        words: "The gradient is multiplied by the slope of the curve, which is 1 at 0. Far from 0 \
                the curve is flat, and little passes.",
    };

    fn value(x: T, _: &Attrs) -> T {
        x.tanh()
    }

    fn gradient(_: T, y: T, dy: T, _: &Attrs) -> T {
        dy * (T::ONE - y * y)
    }
}

impl<T: Real> Graph<'_, T> {
    /// The hyperbolic tangent of each element.
    #[track_caller]
    pub fn tanh(&self, x: Var) -> Var {
        self.apply(&Map(Tanh), &[x], Attrs::default())
    }
}
