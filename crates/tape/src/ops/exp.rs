//! The exponential.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::map::{Elementwise, Map};

struct Exp;

impl<T: Real> Elementwise<T> for Exp {
    const NAME: &'static str = "exp";
    const RULE: Rule = Rule {
        forward: "y = exp(x)",
        backward: "dx = dy * y",
        words: "The derivative of exp is exp itself, so the gradient is multiplied by the value y.",
    };

    fn value(x: T, _: &Attrs) -> T {
        x.exp()
    }

    fn gradient(_: T, y: T, dy: T, _: &Attrs) -> T {
        dy * y
    }
}

impl<T: Real> Graph<'_, T> {
    /// The exponential of each element.
    #[track_caller]
    pub fn exp(&self, x: Var) -> Var {
        self.apply(&Map(Exp), &[x], Attrs::default())
    }
}
