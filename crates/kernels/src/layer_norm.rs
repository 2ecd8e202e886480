//! Layer normalisation (Ba, Kiros and Hinton 2016, arXiv 1607.06450): rows less their mean, divided
//! by their standard deviation.

use crate::reduce::{self, serial_sum};
use crate::scratch::{Scratch, Slot};
use crate::tasks::piece;
use crate::{Real, Write, rows};

/// Rows whose share in the weight's gradient is one chain.
const BLOCK: usize = 256;

/// The mean of a row and 1 / sqrt(variance + eps), the variance with all of `x.len()` below.
#[inline(always)]
fn statistics<T: Real>(x: &[T], eps: T) -> (T, T) {
    let len = T::from_usize(x.len());
    let mean = serial_sum(x.len(), |j| x[j]) / len;
    let variance = serial_sum(x.len(), |j| (x[j] - mean) * (x[j] - mean)) / len;
    (mean, T::ONE / (variance + eps).sqrt())
}

/// `y[r, j] = (x[r, j] - mean_r) / sqrt(variance_r + eps) * weight[j] + bias[j]` for rows of `cols`
/// columns, where weight and bias may be left out. Sums over a row have the order of
/// [`reduce::sum1`].
///
/// # Panics
/// If lengths do not fit.
pub fn forward<T: Real>(
    y: &mut [T],
    x: &[T],
    weight: Option<&[T]>,
    bias: Option<&[T]>,
    cols: usize,
    eps: T,
) {
    check("forward", y.len(), x.len(), weight, cols);
    check("forward", y.len(), x.len(), bias, cols);
    rows::for_each(y, cols, |row, y| {
        let x = &x[row * cols..][..cols];
        let (mean, scale) = statistics(x, eps);
        for (y, &x) in y.iter_mut().zip(x) {
            *y = (x - mean) * scale;
        }
        if let Some(weight) = weight {
            y.iter_mut().zip(weight).for_each(|(y, &weight)| *y *= weight);
        }
        if let Some(bias) = bias {
            y.iter_mut().zip(bias).for_each(|(y, &bias)| *y += bias);
        }
    });
}

/// The gradient of [`forward`] by `x`, or adds it: with z the normalised row, s its scale and
/// `g = dy * weight`, it is `s * (g - mean(g) - z * mean(g * z))`. Where all of a row's `dy` are 0,
/// it is +0.
///
/// # Panics
/// If lengths do not fit.
pub fn backward_input<T: Real>(
    write: Write,
    dx: &mut [T],
    dy: &[T],
    x: &[T],
    weight: Option<&[T]>,
    cols: usize,
    eps: T,
) {
    check("backward_input", dx.len(), x.len(), weight, cols);
    check("backward_input", dx.len(), dy.len(), None::<&[T]>, cols);
    let len = T::from_usize(cols);
    rows::for_each(dx, cols, |row, dx| {
        let [x, dy] = [x, dy].map(|of| &of[row * cols..][..cols]);
        if dy.iter().all(|&dy| dy == T::ZERO) {
            return dx.iter_mut().for_each(|dx| write.to(dx, T::ZERO));
        }
        let (mean, scale) = statistics(x, eps);
        let weighted = |j: usize| match weight {
            Some(weight) if dy[j] != T::ZERO => dy[j] * weight[j],
            _ => dy[j],
        };
        let mean_g = serial_sum(cols, weighted) / len;
        let along = serial_sum(cols, |j| {
            let g = weighted(j);
            if g == T::ZERO { g } else { g * ((x[j] - mean) * scale) }
        }) / len;
        for (j, dx) in dx.iter_mut().enumerate() {
            let z = (x[j] - mean) * scale;
            write.to(dx, scale * (weighted(j) - mean_g - z * along));
        }
    });
}

/// The gradient of [`forward`] by the weight, or adds it: `dweight[j] = Σ_r dy[r, j] * z[r, j]`, in
/// blocks of 256 rows that are added up in order. A `dy` of 0 leaves its term out.
///
/// # Panics
/// If lengths do not fit.
pub fn backward_weight<T: Real>(
    write: Write,
    dweight: &mut [T],
    dy: &[T],
    x: &[T],
    cols: usize,
    eps: T,
) {
    check("backward_weight", dy.len(), x.len(), Some(&*dweight), cols);
    let all = x.len() / cols.max(1);
    let blocks = all.div_ceil(BLOCK);
    let mut sums = Scratch::<T>::take(Slot::Pieces, blocks * cols);
    rows::for_each_of(&mut sums, cols, BLOCK * cols, |block, sums| {
        sums.fill(T::ZERO);
        for row in piece(block, BLOCK, all) {
            let [x, dy] = [x, dy].map(|of| &of[row * cols..][..cols]);
            let (mean, scale) = statistics(x, eps);
            for ((sum, &dy), &x) in sums.iter_mut().zip(dy).zip(x) {
                let term = dy * ((x - mean) * scale);
                *sum += if dy == T::ZERO { T::ZERO } else { term };
            }
        }
    });
    reduce::axis_sums(write, dweight, 1, blocks, cols, &sums, |sum| sum);
}

#[track_caller]
fn check<T>(name: &str, len: usize, other: usize, of_columns: Option<&[T]>, cols: usize) {
    assert!(
        len == other
            && len.is_multiple_of(cols.max(1))
            && of_columns.is_none_or(|of_columns| of_columns.len() == cols),
        "layer_norm::{name}: rows of {cols} columns, but slices of {len} and {other} elements, and \
         a weight or bias of {:?}",
        of_columns.map(<[T]>::len)
    );
}
