//! Means over what a mask leaves.

use gradroute_kernels::{Real, Write, elementwise, reduce, rows};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::ops::select::{passed_on, weighted};
use crate::shape::Shape;

/// Operands: the value, the mask. Over all elements, or over each row.
struct MaskedMean {
    by_row: bool,
}

/// `sum / weight`, and 0 where there is no weight.
fn quotient<T: Real>(sum: T, weight: T) -> T {
    if weight == T::ZERO { T::ZERO } else { sum / weight }
}

impl<T: Real> Op<T> for MaskedMean {
    fn name(&self) -> &'static str {
        if self.by_row { "masked_mean_rows" } else { "masked_mean" }
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        let x = operands.shape(0);
        if x.dims() != operands.shape(1).dims() {
            return Err("the mask must have the value's extents".into());
        }
        match self.by_row {
            false => Ok(Shape::scalar()),
            true if x.rank() == 0 => Err("the value must be [.., d]".into()),
            true => x.check_last_axis().map(|()| x.split_last().0),
        }
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        let (x, mask) = (operands.value(0), operands.value(1));
        if !self.by_row {
            let sum = reduce::sum2(x, mask, |x, m| weighted(m, x));
            out[0] = quotient(sum, reduce::sum1(mask, |m| m));
            return;
        }
        let d = operands.shape(0).split_last().1;
        reduce::row_sums2(Write::Store, out, d, x, mask, |x, m| weighted(m, x));
        rows::for_each(out, 1, |row, out| {
            out[0] = quotient(out[0], reduce::serial_sum(d, |j| mask[row * d + j]));
        });
    }

    fn differentiable(&self, operand: usize, _: &Attrs) -> bool {
        operand == 0
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let (mask, dout) = (node.operands.value(1), node.dout);
        let share = |m, dy, weight| passed_on(dy, weighted(m, quotient(dy, weight)));
        if !self.by_row {
            let (dy, weight) = (dout[0], reduce::sum1(mask, |m| m));
            return elementwise::map1(write, dx, mask, |m| share(m, dy, weight));
        }
        let d = node.operands.shape(0).split_last().1;
        rows::for_each(dx, d, |row, dx| {
            let mask = &mask[row * d..][..d];
            let weight = reduce::serial_sum(d, |j| mask[j]);
            for (slot, &m) in dx.iter_mut().zip(mask) {
                write.to(slot, share(m, dout[row], weight));
            }
        });
    }

    fn rule(&self, _: &Attrs) -> Rule {
        match self.by_row {
            false => Rule {
                forward: "y = sum(m * x) / sum(m)",
                backward: "dx = dy * m / sum(m)",
                words: "Each number gets the share of the gradient that it has in the mask's sum; \
                        if that sum is 0, all get 0. The mask gets no gradient.",
            },
            true => Rule {
                forward: "y[r] = sum(m[r] * x[r]) / sum(m[r])",
                backward: "dx[r] = dy[r] * m[r] / sum(m[r])",
                words: "Each number of a row gets the share of the row's gradient that it has in \
                        the mask's sum; if that sum is 0, all get 0. The mask gets no gradient.",
            },
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// `sum(mask * x) / sum(mask)` over all elements, a scalar: the mean loss of the tokens that
    /// count. A weight of 0 leaves its element out, even if it is not finite; if the weights add up to
    /// 0, the mean is 0 and teaches nothing. The mask is a constant of the extents of `x`.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let losses = g.literal(Shape::of_samples(&[2, 2]), &[1.0, 3.0, 8.0, f32::NAN]);
    /// let mask = g.literal(Shape::of_samples(&[2, 2]), &[1.0, 1.0, 1.0, 0.0]);
    /// assert_eq!(*g.value(g.masked_mean(losses, mask)), [4.0]);
    /// assert_eq!(*g.value(g.masked_mean_rows(losses, mask)), [2.0, 8.0]);
    /// ```
    ///
    /// # Panics
    /// If the extents differ.
    #[track_caller]
    pub fn masked_mean(&self, x: Var, mask: Var) -> Var {
        self.apply(&MaskedMean { by_row: false }, &[x, mask], Attrs::default())
    }

    /// The same along the last axis, which disappears: `[.., d]`, `[.., d]` to `[..]`. The mean of each
    /// sample's tokens.
    ///
    /// # Panics
    /// If the extents differ, or there is no axis.
    #[track_caller]
    pub fn masked_mean_rows(&self, x: Var, mask: Var) -> Var {
        self.apply(&MaskedMean { by_row: true }, &[x, mask], Attrs::default())
    }
}
