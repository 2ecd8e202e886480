//! Division.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::zip::{Elementwise2, Zip};

struct Div;

impl<T: Real> Elementwise2<T> for Div {
    const NAME: &'static str = "div";
    const RULE: Rule = Rule {
        forward: "y = a / b",
        backward: "da = dy / b, db = -dy * y / b",
        words: "Both gradients are divided by b, and that of b is multiplied by -y as well. An \
                operand that was repeated gets the sum over its copies.",
    };

    fn value(a: T, b: T) -> T {
        a / b
    }

    fn gradient_a(_: T, b: T, dy: T) -> T {
        dy / b
    }

    fn gradient_b(a: T, b: T, dy: T) -> T {
        // Neither dy a nor b b, which may be out of range where the result is not.
        -(dy * (a / b)) / b
    }
}

impl<T: Real> Graph<'_, T> {
    /// `a / b` for each element, broadcast against each other as in NumPy.
    ///
    /// # Panics
    /// If the shapes don't broadcast.
    #[track_caller]
    pub fn div(&self, a: Var, b: Var) -> Var {
        self.apply(&Zip(Div), &[a, b], Attrs::default())
    }
}
