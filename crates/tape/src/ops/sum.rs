//! The sum over all elements, and what is built from it.

use gradroute_kernels::{Real, Write, elementwise, reduce};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::Shape;

struct Sum;

impl<T: Real> Op<T> for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn shape(&self, _: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        Ok(Shape::scalar())
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        out[0] = reduce::sum1(operands.value(0), |x| x);
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let dy = node.dout[0];
        elementwise::map1(write, dx, node.operands.value(0), |_| dy);
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule {
            forward: "y = sum(x)",
            backward: "dx[i] = dy",
            words: "Each number gets the same gradient, that of the sum.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// The sum over all elements, a scalar.
    #[track_caller]
    pub fn sum(&self, x: Var) -> Var {
        self.apply(&Sum, &[x], Attrs::default())
    }

    /// The mean over all elements, a scalar.
    ///
    /// # Panics
    /// If there are no elements: their mean does not exist.
    #[track_caller]
    pub fn mean(&self, x: Var) -> Var {
        let shape = self.shape(x);
        assert!(!shape.is_empty(), "mean: the operand {shape} has no elements");
        self.scale(self.sum(x), 1.0 / shape.len() as f64)
    }

    /// The L1 norm: the sum of the absolute values of all elements, a scalar.
    #[track_caller]
    pub fn l1_norm(&self, x: Var) -> Var {
        self.sum(self.abs(x))
    }
}
