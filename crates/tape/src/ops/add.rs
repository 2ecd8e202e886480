//! Addition.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::zip::{Elementwise2, Zip};

struct Add;

impl<T: Real> Elementwise2<T> for Add {
    const NAME: &'static str = "add";
    const ADDS: bool = true;
    const RULE: Rule = Rule {
        forward: "y = a + b",
        backward: "da = dy, db = dy",
        words: "The gradient passes unchanged to both. An operand that was repeated gets the sum \
                over its copies.",
    };

    fn value(a: T, b: T) -> T {
        a + b
    }

    fn gradient_a(_: T, _: T, dy: T) -> T {
        dy
    }

    fn gradient_b(_: T, _: T, dy: T) -> T {
        dy
    }
}

impl<T: Real> Graph<'_, T> {
    /// `a + b` for each element, broadcast against each other as in NumPy.
    ///
    /// # Panics
    /// If the shapes don't broadcast.
    #[track_caller]
    pub fn add(&self, a: Var, b: Var) -> Var {
        self.apply(&Zip(Add), &[a, b], Attrs::default())
    }
}
