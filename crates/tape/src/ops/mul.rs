//! Multiplication.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::zip::{Elementwise2, Zip};

struct Mul;

impl<T: Real> Elementwise2<T> for Mul {
    const NAME: &'static str = "mul";
    const RULE: Rule = Rule {
        forward: "y = a * b",
        backward: "da = dy * b, db = dy * a",
        words: "Each factor gets the gradient times the other factor. An operand that was \
                repeated gets the sum over its copies.",
    };

    fn value(a: T, b: T) -> T {
        a * b
    }

    fn gradient_a(_: T, b: T, dy: T) -> T {
        dy * b
    }

    fn gradient_b(a: T, _: T, dy: T) -> T {
        dy * a
    }
}

impl<T: Real> Graph<'_, T> {
    /// `a * b` for each element, broadcast against each other as in NumPy.
    ///
    /// # Panics
    /// If the shapes don't broadcast.
    #[track_caller]
    pub fn mul(&self, a: Var, b: Var) -> Var {
        self.apply(&Zip(Mul), &[a, b], Attrs::default())
    }
}
