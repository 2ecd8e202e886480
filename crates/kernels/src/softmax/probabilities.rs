//! Softmax.

use super::{check, maximum};
use crate::reduce::{serial_sum1, serial_sum2};
use crate::rows::{self, Row, is_zero};
use crate::{Real, Write};

/// How many of a row's elements it sees: all `cols`, or with `causal`, where rows are the queries of
/// square matrices, those up to its own position.
#[inline(always)]
fn visible(row: usize, cols: usize, causal: bool) -> usize {
    if causal { row % cols + 1 } else { cols }
}

/// `y[r, j] = exp(x[r, j] - max_r) / Σ_j exp(x[r, j] - max_r)` for rows of `cols` columns, `y` and
/// `x` `[rows, cols]`. With `causal`, row r sees the first `r % cols + 1` elements only, the others
/// are not read and +0 in `y`. The sum has the order of [`reduce::sum1`](crate::reduce::sum1).
///
/// # Panics
/// If lengths do not fit.
pub fn softmax<T: Real>(y: &mut [T], x: &[T], cols: usize, causal: bool) {
    check("softmax", y.len(), &[x.len()], cols);
    assert!(
        !causal || y.len().is_multiple_of(cols * cols),
        "softmax: no square matrices of {cols}"
    );
    rows::fill(y, cols, cols, Softmax { x, cols, causal });
}

struct Softmax<'a, T> {
    x: &'a [T],
    cols: usize,
    causal: bool,
}

impl<T: Real> Row<T> for Softmax<'_, T> {
    #[inline(always)]
    fn fill(&self, row: usize, y: &mut [T]) {
        let seen = visible(row, self.cols, self.causal);
        let (y, hidden) = y.split_at_mut(seen);
        let x = &self.x[row * self.cols..][..seen];
        let maximum = maximum(x);
        for (y, &x) in y.iter_mut().zip(x) {
            *y = (x - maximum).exp();
        }
        let sum = serial_sum1(y, |y| y);
        y.iter_mut().for_each(|y| *y /= sum);
        hidden.fill(T::ZERO);
    }
}

/// `dx[r, j] = y[r, j] * (dy[r, j] - Σ_j dy[r, j] * y[r, j])`, or adds it: the gradient of
/// [`softmax`] from its result `y`. Where all of a row's `dy` are 0, `dx` is +0.
///
/// # Panics
/// If lengths do not fit.
pub fn softmax_backward<T: Real>(
    write: Write,
    dx: &mut [T],
    dy: &[T],
    y: &[T],
    cols: usize,
    causal: bool,
) {
    check("softmax_backward", dx.len(), &[dy.len(), y.len()], cols);
    rows::fill(dx, cols, cols, Backward { write, dy, y, cols, causal });
}

struct Backward<'a, T> {
    write: Write,
    dy: &'a [T],
    y: &'a [T],
    cols: usize,
    causal: bool,
}

impl<T: Real> Row<T> for Backward<'_, T> {
    #[inline(always)]
    fn fill(&self, row: usize, dx: &mut [T]) {
        let Self { write, cols, .. } = *self;
        let seen = visible(row, cols, self.causal);
        let (dx, hidden) = dx.split_at_mut(seen);
        let [y, dy] = [self.y, self.dy].map(|of| &of[row * cols..][..seen]);
        hidden.iter_mut().for_each(|dx| write.to(dx, T::ZERO));
        if is_zero(dy) {
            return dx.iter_mut().for_each(|dx| write.to(dx, T::ZERO));
        }
        let along = serial_sum2(dy, y, |dy, y| if dy == T::ZERO { T::ZERO } else { dy * y });
        for ((dx, &y), &dy) in dx.iter_mut().zip(y).zip(dy) {
            write.to(dx, y * (dy - along));
        }
    }
}
