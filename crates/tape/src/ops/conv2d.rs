//! Two-dimensional convolution.

use gradroute_kernels::conv::{self, ConvShape};
use gradroute_kernels::{Real, Write};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::routing::permission::{Lines, Permit};
use crate::shape::Shape;

/// Operands: the image, the weight, then the bias if there is one. `ints`: stride, padding,
/// whether there is a bias.
struct Conv2d;

fn extents<T: Real>(operands: Operands<'_, T>, attrs: &Attrs) -> Option<ConvShape> {
    let (&[n, c, h, w], &[o, c2, kh, kw]) = (operands.shape(0).dims(), operands.shape(1).dims())
    else {
        return None;
    };
    let [stride, padding, ..] = attrs.ints;
    (c == c2).then_some(ConvShape { n, c, h, w, o, kh, kw, stride, padding })
}

impl<T: Real> Op<T> for Conv2d {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String> {
        let Some(shape) = extents(operands, attrs) else {
            return Err(
                "needs an image [n, c, h, w] and a weight [out, c, rows, columns] of as many \
                        channels c"
                    .into(),
            );
        };
        let ConvShape { n, h, w, o, kh, kw, stride, padding, .. } = shape;
        if stride == 0 {
            return Err("the stride must be 1 or more".into());
        }
        if kh == 0 || kw == 0 || kh > h + 2 * padding || kw > w + 2 * padding {
            return Err(format!(
                "a kernel of {kh} by {kw} does not fit into an image of {h} by {w} with {padding} \
                 zeros around it"
            ));
        }
        if operands.count() == 3 && operands.shape(2).dims() != [o] {
            return Err(format!("the bias must be [{o}], one a channel of the result"));
        }
        let [rows, columns] = shape.result();
        let samples = operands.shape(0).carries_samples();
        Ok(Shape::new(&[n, o, rows, columns]).with_samples(samples))
    }

    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]) {
        let shape = extents(operands, attrs).expect("checked by shape()");
        let bias = (operands.count() == 3).then(|| operands.value(2));
        conv::forward(out, operands.value(0), operands.value(1), bias, shape);
    }

    fn works_by_sample(&self, operands: Operands<'_, T>) -> bool {
        !operands.shape(1).carries_samples()
    }

    fn backward(&self, node: Backward<'_, T>, operand: usize, write: Write, dx: &mut [T]) {
        let Backward { operands, attrs, dout, .. } = node;
        let shape = extents(operands, attrs).expect("checked by shape()");
        match operand {
            0 => conv::backward_input(write, dx, dout, operands.value(1), shape),
            1 => conv::backward_weight(write, dx, dout, operands.value(0), shape),
            _ => conv::backward_bias(write, dx, dout, shape),
        }
    }

    fn permit(&self, weights: &Permit<'_, T>, operand: usize, allowed: &mut Lines) {
        if !(if operand == 1 { weights.any() } else { weights.any_output() }) {
            return;
        }
        allowed.add_rows(|channel| weights.at_output(1, channel));
        allowed.add_columns(|channel| operand != 1 || weights.at_input(1, channel));
    }

    fn operand_with_columns(&self, _: &Attrs) -> Option<usize> {
        Some(0)
    }

    fn describe(&self, attrs: &Attrs) -> String {
        format!("stride {}, padding {}", attrs.ints[0], attrs.ints[1])
    }

    fn rule(&self, attrs: &Attrs) -> Rule {
        let (forward, backward) = match attrs.ints[2] {
            0 => (
                "y[o, p] = sum(w[o] * x[p]), x[p] is the patch at place p",
                "dx[p] += dy[o, p] * w[o], dw[o] += dy[o, p] * x[p]",
            ),
            _ => (
                "y[o, p] = sum(w[o] * x[p]) + b[o], x[p] is the patch at place p",
                "dx[p] += dy[o, p] * w[o], dw[o] += dy[o, p] * x[p], db[o] += dy[o, p]",
            ),
        };
        Rule {
            forward,
            backward,
            words: "Each y[o, p] sends its gradient, times w[o], to the patch that it saw, and, \
                    times that patch, to w[o]. What arrives at the same number is added up.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// The cross-correlation of images `[n, c, h, w]` with a weight `[out, c, rows, columns]`, plus the
    /// bias `[out]`: PyTorch's `conv2d`. The kernel moves on by `stride` pixels, over the image with
    /// `padding` zeros on each side; the result is `[n, out, (h + 2 padding - rows) / stride + 1, ..]`.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::of_samples(&[1, 1, 2, 2]), &[1.0, 2.0, 3.0, 4.0]);
    /// let ones = g.literal(Shape::new(&[1, 1, 2, 2]), &[1.0; 4]);
    /// let y = g.conv2d(x, ones, None, 1, 1);
    /// assert_eq!(g.shape(y).dims(), [1, 1, 3, 3]);
    /// assert_eq!(*g.value(y), [1.0, 3.0, 2.0, 4.0, 10.0, 6.0, 3.0, 7.0, 4.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes don't fit, the kernel is larger than the padded image, or the stride is 0.
    #[track_caller]
    pub fn conv2d(
        &self,
        x: Var,
        weight: Var,
        bias: Option<Var>,
        stride: usize,
        padding: usize,
    ) -> Var {
        let operands = [x, weight, bias.unwrap_or(x)];
        let has_bias = usize::from(bias.is_some());
        let attrs = Attrs::of(&[stride, padding, has_bias]);
        self.apply(&Conv2d, &operands[..2 + has_bias], attrs)
    }
}
