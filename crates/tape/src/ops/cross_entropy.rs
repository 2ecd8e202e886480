//! Softmax cross-entropy.

use gradroute_kernels::{Real, Write, softmax};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::ops::classes;
use crate::shape::Shape;

/// Operands: the logits, the labels (whole numbers kept as reals).
struct CrossEntropy;

impl<T: Real> Op<T> for CrossEntropy {
    fn name(&self) -> &'static str {
        "softmax_cross_entropy"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        classes::fit(operands.shape(0), operands.shape(1), operands.value(1))
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        let (n, classes) = (out.len(), operands.shape(0).split_last().1);
        softmax::cross_entropy(out, operands.value(0), operands.value(1), n, classes);
    }

    fn differentiable(&self, operand: usize, _: &Attrs) -> bool {
        operand == 0
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let (logits, labels) = (node.operands.value(0), node.operands.value(1));
        let (n, classes) = (labels.len(), node.operands.shape(0).split_last().1);
        softmax::cross_entropy_backward(write, dx, node.dout, logits, labels, n, classes);
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule {
            forward: "y = -ln(p[t]), p = softmax(x), t is the label",
            backward: "dx[j] = dy * (p[j] - (1 if j == t else 0))",
            words: "Each class gets the row's gradient times its probability; for the right class \
                    1 is first taken off it. The label gets no gradient.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// `-ln softmax(logits)[label]` of each row: logits `[.., classes]`, labels `[..]`, result `[..]`.
    /// Labels are class numbers kept as reals, and constants: see [`Graph::labels`], and
    /// [`Graph::indices`] for several a sample.
    ///
    /// # Panics
    /// If the shapes don't fit or a label is not the number of a class.
    #[doc(alias = "cross_entropy")]
    #[track_caller]
    pub fn softmax_cross_entropy(&self, logits: Var, labels: Var) -> Var {
        self.apply(&CrossEntropy, &[logits, labels], Attrs::default())
    }
}
