//! The square root.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::map::{Elementwise, Map};

struct Sqrt;

impl<T: Real> Elementwise<T> for Sqrt {
    const NAME: &'static str = "sqrt";
    const RULE: Rule = Rule {
        forward: "y = sqrt(x)",
        backward: "dx = dy / (2 * y)",
        words: "The gradient is divided by twice the root: the nearer x is to 0, the larger it \
                gets.",
    };

    fn value(x: T, _: &Attrs) -> T {
        x.sqrt()
    }

    fn gradient(_: T, y: T, dy: T, _: &Attrs) -> T {
        dy / (y + y)
    }
}

impl<T: Real> Graph<'_, T> {
    /// The square root of each element: NaN below 0. The derivative at 0 is infinite.
    #[track_caller]
    pub fn sqrt(&self, x: Var) -> Var {
        self.apply(&Map(Sqrt), &[x], Attrs::default())
    }
}
