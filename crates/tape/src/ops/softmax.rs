//! Softmax over the last axis, of all of it or of what came before.

use gradroute_kernels::{Real, Write, softmax};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::Shape;

/// Whether each row sees the elements up to its own position only.
struct Softmax {
    causal: bool,
}

impl<T: Real> Op<T> for Softmax {
    fn name(&self) -> &'static str {
        if self.causal { "causal_softmax" } else { "softmax" }
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        let x = operands.shape(0);
        x.check_last_axis()?;
        if self.causal && x.carries_samples() && x.rank() == 2 {
            return Err("axis 0 counts samples, which are no positions: [n, t, t] is needed".into());
        }
        match x.dims() {
            [] | [.., 0] => Err("a softmax needs a last axis with an element or more".into()),
            [.., rows, columns] if self.causal && rows != columns => {
                Err(format!("needs square matrices [.., t, t], found {rows} rows of {columns}"))
            }
            [_] if self.causal => Err("needs square matrices [.., t, t]".into()),
            _ => Ok(x),
        }
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        let columns = operands.shape(0).split_last().1;
        softmax::softmax(out, operands.value(0), columns, self.causal);
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let columns = node.shape.split_last().1;
        softmax::softmax_backward(write, dx, node.dout, node.out, columns, self.causal);
    }

    fn rule(&self, _: &Attrs) -> Rule {
        match self.causal {
            false => Rule {
                forward: "y = exp(x) / sum(exp(x)), row by row",
                backward: "dx = y * (dy - sum(dy * y))",
                words: "From each gradient of a row, their mean weighted by y is subtracted. What \
                        is left is multiplied by y.",
            },
            true => Rule {
                forward: "y[i, j] = exp(x[i, j]) / sum(exp(x[i, k]) for k <= i), 0 for j > i",
                backward: "dx = y * (dy - sum(dy * y))",
                words: "From each gradient of a row, their mean weighted by y is subtracted. What \
                        is left is multiplied by y, which is 0 for all that the row does not see.",
            },
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// `exp(x) / sum(exp(x))` along the last axis: positive numbers that add up to 1.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::of_samples(&[1, 2]), &[7.0, 7.0]);
    /// assert_eq!(*g.value(g.softmax(x)), [0.5, 0.5]);
    /// ```
    ///
    /// # Panics
    /// If there is no last axis, or it has no elements.
    #[track_caller]
    pub fn softmax(&self, x: Var) -> Var {
        self.apply(&Softmax { causal: false }, &[x], Attrs::default())
    }

    /// The softmax of square matrices `[.., t, t]` in which row i sees columns 0 to i: the weights of
    /// an attention in which no position looks at later ones. What it does not see is 0, and not
    /// read: a NaN there does not matter.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::new(&[2, 2]), &[3.0, f32::NAN, 1.0, 1.0]);
    /// assert_eq!(*g.value(g.causal_softmax(x)), [1.0, 0.0, 0.5, 0.5]);
    /// ```
    ///
    /// # Panics
    /// If the last two axes differ, or have no elements.
    #[track_caller]
    pub fn causal_softmax(&self, x: Var) -> Var {
        self.apply(&Softmax { causal: true }, &[x], Attrs::default())
    }
}
