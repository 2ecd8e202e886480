//! The natural logarithm.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::map::{Elementwise, Map};

struct Ln;

impl<T: Real> Elementwise<T> for Ln {
    const NAME: &'static str = "ln";
    const RULE: Rule = Rule {
        forward: "y = ln(x)",
        backward: "dx = dy / x",
        words: "The gradient is divided by x: the nearer x is to 0, the larger it gets.",
    };

    fn value(x: T, _: &Attrs) -> T {
        x.ln()
    }

    fn gradient(x: T, _: T, dy: T, _: &Attrs) -> T {
        dy / x
    }
}

impl<T: Real> Graph<'_, T> {
    /// The natural logarithm of each element: minus infinity at 0, NaN below.
    #[track_caller]
    pub fn ln(&self, x: Var) -> Var {
        self.apply(&Map(Ln), &[x], Attrs::default())
    }
}
