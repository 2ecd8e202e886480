//! The rectified linear unit.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::map::{Elementwise, Map};

struct Relu;

impl<T: Real> Elementwise<T> for Relu {
    const NAME: &'static str = "relu";
    const RULE: Rule = Rule {
        forward: "y = max(x, 0)",
        backward: "dx = dy if x > 0 else 0",
        words: "The gradient passes where x is positive. Elsewhere, also at exactly 0, it is 0.",
    };

    fn value(x: T, _: &Attrs) -> T {
        x.relu()
    }

    fn gradient(_: T, y: T, dy: T, _: &Attrs) -> T {
        if y == T::ZERO { T::ZERO } else { dy }
    }

    fn kink_distance(x: T) -> f64 {
        x.abs().to_f64()
    }

    const IGNORES_ADJOINT_OF_ZEROS: bool = true;
}

impl<T: Real> Graph<'_, T> {
    /// `x` where it is positive, else +0; NaN passes. The derivative at 0 is 0.
    #[track_caller]
    pub fn relu(&self, x: Var) -> Var {
        self.apply(&Map(Relu), &[x], Attrs::default())
    }
}
