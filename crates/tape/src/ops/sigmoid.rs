//! The logistic function.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::map::{Elementwise, Map};

struct Sigmoid;

impl<T: Real> Elementwise<T> for Sigmoid {
    const NAME: &'static str = "sigmoid";
    const RULE: Rule = Rule {
        forward: "y = 1 / (1 + exp(-x))",
        backward: "dx = dy * y * (1 - y)",
        words: "The gradient is multiplied by the slope of the curve, which is at most 1/4. Far \
                from 0 the curve is flat, and little passes.",
    };

    fn value(x: T, _: &Attrs) -> T {
        x.sigmoid()
    }

    fn gradient(_: T, y: T, dy: T, _: &Attrs) -> T {
        dy * (y * (T::ONE - y))
    }
}

impl<T: Real> Graph<'_, T> {
    /// The logistic function `1 / (1 + exp(-x))` of each element.
    #[track_caller]
    pub fn sigmoid(&self, x: Var) -> Var {
        self.apply(&Map(Sigmoid), &[x], Attrs::default())
    }
}
