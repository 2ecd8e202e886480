//! Softmax cross-entropy.

use gradroute_kernels::{Real, Write, softmax};

use crate::classes;
use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op};
use crate::operands::Operands;
use crate::shape::Shape;

/// Operands: the logits, the labels (whole numbers kept as reals).
struct CrossEntropy;

impl<T: Real> Op<T> for CrossEntropy {
    fn name(&self) -> &'static str {
        "softmax_cross_entropy"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        let logits = operands.shape(0);
        let [n, _] = classes::fit(logits, operands.shape(1), operands.value(1))?;
        Ok(Shape::new(&[n]).with_samples(logits.carries_samples()))
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        let [n, classes] = [0, 1].map(|axis| operands.shape(0).dims()[axis]);
        softmax::cross_entropy(out, operands.value(0), operands.value(1), n, classes);
    }

    fn differentiable(&self, operand: usize, _: &Attrs) -> bool {
        operand == 0
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let (logits, labels) = (node.operands.value(0), node.operands.value(1));
        let [n, classes] = [0, 1].map(|axis| node.operands.shape(0).dims()[axis]);
        softmax::cross_entropy_backward(write, dx, node.dout, logits, labels, n, classes);
    }
}

impl<T: Real> Graph<'_, T> {
    /// `-ln softmax(logits)[label]` of each sample: logits `[n, classes]`, labels `[n]`, result
    /// `[n]`. Labels are class numbers kept as reals, and constants: see [`Graph::labels`].
    ///
    /// # Panics
    /// If the shapes don't fit or a label is not the number of a class.
    #[track_caller]
    pub fn softmax_cross_entropy(&self, logits: Var, labels: Var) -> Var {
        self.apply(&CrossEntropy, &[logits, labels], Attrs::default())
    }
}
