//! The absolute value.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::map::{Elementwise, Map};

struct Abs;

impl<T: Real> Elementwise<T> for Abs {
    const NAME: &'static str = "abs";
    const RULE: Rule = Rule {
        forward: "y = |x|",
        backward: "dx = dy * sign(x), with sign(0) = 0",
        words: "The gradient passes where x is positive and changes its sign where x is negative. \
                At exactly 0 nothing passes.",
    };

    fn value(x: T, _: &Attrs) -> T {
        x.abs()
    }

    fn gradient(x: T, _: T, dy: T, _: &Attrs) -> T {
        dy * x.signum0()
    }

    fn kink_distance(x: T) -> f64 {
        x.abs().to_f64()
    }
}

impl<T: Real> Graph<'_, T> {
    /// The absolute value of each element. The derivative at 0 is 0.
    #[track_caller]
    pub fn abs(&self, x: Var) -> Var {
        self.apply(&Map(Abs), &[x], Attrs::default())
    }
}
