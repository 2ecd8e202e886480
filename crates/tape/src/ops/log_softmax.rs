//! The logarithm of softmax over the last axis.

use gradroute_kernels::{Real, Write, softmax};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::Shape;

struct LogSoftmax;

impl<T: Real> Op<T> for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        let x = operands.shape(0);
        match x.dims() {
            [_] if x.carries_samples() => {
                Err("the last axis counts samples, which must not be mixed".into())
            }
            [] | [.., 0] => Err("a softmax needs a last axis with an element or more".into()),
            _ => Ok(x),
        }
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        let columns = operands.shape(0).split_last().1;
        softmax::log_softmax(out, operands.value(0), columns);
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let columns = node.shape.split_last().1;
        softmax::log_softmax_backward(write, dx, node.dout, node.out, columns);
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule {
            forward: "y = x - ln(sum(exp(x))), row by row",
            backward: "dx = dy - exp(y) * sum(dy)",
            words: "The gradients of a row are added up. From each of them that sum is \
                    subtracted, times the number's probability exp(y).",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// `x - ln(sum(exp(x)))` along the last axis: the logarithms of the probabilities that the
    /// logits `x` stand for.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f64>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::of_samples(&[1, 2]), &[1000.0, 1000.0]);
    /// assert_eq!(g.value(g.log_softmax(x))[0], -std::f64::consts::LN_2);
    /// ```
    ///
    /// # Panics
    /// If there is no last axis, or it has no elements.
    #[track_caller]
    pub fn log_softmax(&self, x: Var) -> Var {
        self.apply(&LogSoftmax, &[x], Attrs::default())
    }
}
