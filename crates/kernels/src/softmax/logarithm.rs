//! The logarithm of softmax.

use super::{check, maximum};
use crate::reduce::serial_sum1;
use crate::rows::{self, Row, is_zero};
use crate::{Real, Write};

/// `y[r, j] = x[r, j] - max_r - ln Σ_j exp(x[r, j] - max_r)` for rows of `cols` columns. The sum has
/// the order of [`reduce::sum1`](crate::reduce::sum1).
///
/// # Panics
/// If lengths do not fit.
pub fn log_softmax<T: Real>(y: &mut [T], x: &[T], cols: usize) {
    check("log_softmax", y.len(), &[x.len()], cols);
    rows::fill(y, cols, cols, LogSoftmax { x, cols });
}

struct LogSoftmax<'a, T> {
    x: &'a [T],
    cols: usize,
}

impl<T: Real> Row<T> for LogSoftmax<'_, T> {
    #[inline(always)]
    fn fill(&self, row: usize, y: &mut [T]) {
        let x = &self.x[row * self.cols..][..self.cols];
        let maximum = maximum(x);
        for (y, &x) in y.iter_mut().zip(x) {
            *y = (x - maximum).exp();
        }
        let ln = serial_sum1(y, |y| y).ln();
        for (y, &x) in y.iter_mut().zip(x) {
            *y = x - maximum - ln;
        }
    }
}

/// `dx[r, j] = dy[r, j] - exp(y[r, j]) * Σ_j dy[r, j]`, or adds it: the gradient of [`log_softmax`]
/// from its result `y`. Where all of a row's `dy` are 0, `dx` is +0.
///
/// # Panics
/// If lengths do not fit.
pub fn log_softmax_backward<T: Real>(write: Write, dx: &mut [T], dy: &[T], y: &[T], cols: usize) {
    check("log_softmax_backward", dx.len(), &[dy.len(), y.len()], cols);
    rows::fill(dx, cols, cols, Backward { write, dy, y, cols });
}

struct Backward<'a, T> {
    write: Write,
    dy: &'a [T],
    y: &'a [T],
    cols: usize,
}

impl<T: Real> Row<T> for Backward<'_, T> {
    #[inline(always)]
    fn fill(&self, row: usize, dx: &mut [T]) {
        let Self { write, cols, .. } = *self;
        let [y, dy] = [self.y, self.dy].map(|of| &of[row * cols..][..cols]);
        if is_zero(dy) {
            return dx.iter_mut().for_each(|dx| write.to(dx, T::ZERO));
        }
        let sum = serial_sum1(dy, |dy| dy);
        for ((dx, &y), &dy) in dx.iter_mut().zip(y).zip(dy) {
            write.to(dx, dy - y.exp() * sum);
        }
    }
}
