//! The logarithm of softmax.

use super::{check, is_zero, maximum};
use crate::reduce::serial_sum;
use crate::{Real, Write, rows};

/// `y[r, j] = x[r, j] - max_r - ln Σ_j exp(x[r, j] - max_r)` for rows of `cols` columns. The sum has
/// the order of [`reduce::sum1`](crate::reduce::sum1).
///
/// # Panics
/// If lengths do not fit.
pub fn log_softmax<T: Real>(y: &mut [T], x: &[T], cols: usize) {
    check("log_softmax", y.len(), &[x.len()], cols);
    rows::for_each(y, cols, |row, y| {
        let x = &x[row * cols..][..cols];
        let maximum = maximum(x);
        let ln = serial_sum(cols, |j| (x[j] - maximum).exp()).ln();
        for (y, &x) in y.iter_mut().zip(x) {
            *y = x - maximum - ln;
        }
    });
}

/// `dx[r, j] = dy[r, j] - exp(y[r, j]) * Σ_j dy[r, j]`, or adds it: the gradient of [`log_softmax`]
/// from its result `y`. Where all of a row's `dy` are 0, `dx` is +0.
///
/// # Panics
/// If lengths do not fit.
pub fn log_softmax_backward<T: Real>(write: Write, dx: &mut [T], dy: &[T], y: &[T], cols: usize) {
    check("log_softmax_backward", dx.len(), &[dy.len(), y.len()], cols);
    rows::for_each(dx, cols, |row, dx| {
        let [y, dy] = [y, dy].map(|of| &of[row * cols..][..cols]);
        if is_zero(dy) {
            return dx.iter_mut().for_each(|dx| write.to(dx, T::ZERO));
        }
        let sum = serial_sum(cols, |j| dy[j]);
        for ((dx, &y), &dy) in dx.iter_mut().zip(y).zip(dy) {
            write.to(dx, dy - y.exp() * sum);
        }
    });
}
