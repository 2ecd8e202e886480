//! The entropy of a categorical distribution.

use gradroute_kernels::{Real, Write, softmax};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::Shape;

struct Entropy;

impl<T: Real> Op<T> for Entropy {
    fn name(&self) -> &'static str {
        "entropy"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        let logits = operands.shape(0);
        logits.check_last_axis()?;
        match logits.dims() {
            [] | [.., 0] => Err("logits must be [.., classes] with a class or more".into()),
            _ => Ok(logits.split_last().0),
        }
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        softmax::entropy(out, operands.value(0), operands.shape(0).split_last().1);
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let (logits, classes) = (node.operands.value(0), node.operands.shape(0).split_last().1);
        softmax::entropy_backward(write, dx, node.dout, logits, classes);
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule {
            forward: "y = -sum(p * ln(p)), p = softmax(x)",
            backward: "dx = -dy * p * (ln(p) + y)",
            words: "Raising x of a likely class lowers the entropy, raising that of an unlikely \
                    class raises it. A class of probability 0 gets 0.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// `-sum(p * ln(p))` along the last axis, in nats, with p the softmax of the logits `[.., classes]`;
    /// result `[..]`. Classes of probability 0, a logit of minus infinity among them, count nothing.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f64>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let logits = g.literal(Shape::of_samples(&[1, 3]), &[2.0, f64::NEG_INFINITY, 2.0]);
    /// assert_eq!(*g.value(g.entropy(logits)), [std::f64::consts::LN_2]);
    /// ```
    ///
    /// # Panics
    /// If there is no last axis, or it has no elements.
    #[track_caller]
    pub fn entropy(&self, logits: Var) -> Var {
        self.apply(&Entropy, &[logits], Attrs::default())
    }
}
