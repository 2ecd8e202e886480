//! Layer normalisation (Ba, Kiros and Hinton 2016, arXiv 1607.06450): rows less their mean, divided
//! by their standard deviation.

use crate::reduce::{self, serial_sum1, serial_sum2};
use crate::rows::{self, Row, is_zero};
use crate::scratch::{Scratch, Slot};
use crate::tasks::piece;
use crate::{Real, Write};

/// Rows whose share in the weight's gradient is one chain.
const BLOCK: usize = 256;

/// Writes a row less its mean to `z`, and returns 1 / sqrt(variance + eps), the variance with all of
/// `x.len()` below.
///
/// All is measured from the first element: the mean of a constant row would be rounded, and what is
/// left, small as it is, would be scaled up to 1.
#[inline(always)]
fn centre<T: Real>(z: &mut [T], x: &[T], eps: T) -> T {
    let (len, first) = (T::from_usize(x.len()), x[0]);
    let mean = serial_sum1(x, |x| x - first) / len;
    z.iter_mut().zip(x).for_each(|(z, &x)| *z = (x - first) - mean);
    let variance = serial_sum1(z, |z| z * z) / len;
    T::ONE / (variance + eps).sqrt()
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
    rows::fill(y, cols, cols, Forward { x, weight, bias, cols, eps });
}

struct Forward<'a, T> {
    x: &'a [T],
    weight: Option<&'a [T]>,
    bias: Option<&'a [T]>,
    cols: usize,
    eps: T,
}

impl<T: Real> Row<T> for Forward<'_, T> {
    #[inline(always)]
    fn fill(&self, row: usize, y: &mut [T]) {
        let x = &self.x[row * self.cols..][..self.cols];
        let scale = centre(y, x, self.eps);
        y.iter_mut().for_each(|y| *y *= scale);
        if let Some(weight) = self.weight {
            y.iter_mut().zip(weight).for_each(|(y, &weight)| *y *= weight);
        }
        if let Some(bias) = self.bias {
            y.iter_mut().zip(bias).for_each(|(y, &bias)| *y += bias);
        }
    }
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
    rows::fill(dx, cols, cols, BackwardInput { write, dy, x, weight, cols, eps });
}

struct BackwardInput<'a, T> {
    write: Write,
    dy: &'a [T],
    x: &'a [T],
    weight: Option<&'a [T]>,
    cols: usize,
    eps: T,
}

impl<T: Real> Row<T> for BackwardInput<'_, T> {
    #[inline(always)]
    fn fill(&self, row: usize, dx: &mut [T]) {
        let Self { write, cols, eps, .. } = *self;
        let [x, dy] = [self.x, self.dy].map(|of| &of[row * cols..][..cols]);
        if is_zero(dy) {
            return dx.iter_mut().for_each(|dx| write.to(dx, T::ZERO));
        }
        let mut scratch = Scratch::<T>::take(Slot::Row, 2 * cols);
        let (g, z) = scratch.split_at_mut(cols);
        g.copy_from_slice(dy);
        if let Some(weight) = self.weight {
            for (g, &weight) in g.iter_mut().zip(weight) {
                *g = if *g == T::ZERO { *g } else { *g * weight };
            }
        }
        let scale = centre(z, x, eps);
        z.iter_mut().for_each(|z| *z *= scale);
        let len = T::from_usize(cols);
        let mean_g = serial_sum1(g, |g| g) / len;
        let along = serial_sum2(g, z, |g, z| if g == T::ZERO { g } else { g * z }) / len;
        for ((dx, &g), &z) in dx.iter_mut().zip(&*g).zip(&*z) {
            write.to(dx, scale * (g - mean_g - z * along));
        }
    }
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
    rows::fill(&mut sums, cols, BLOCK * cols, WeightOfBlock { dy, x, cols, eps });
    reduce::axis_sums(write, dweight, 1, blocks, cols, &sums, |sum| sum);
}

/// The share of a block of rows in the weight's gradient.
struct WeightOfBlock<'a, T> {
    dy: &'a [T],
    x: &'a [T],
    cols: usize,
    eps: T,
}

impl<T: Real> Row<T> for WeightOfBlock<'_, T> {
    #[inline(always)]
    fn fill(&self, block: usize, sums: &mut [T]) {
        sums.fill(T::ZERO);
        let mut centred = Scratch::<T>::take(Slot::Row, self.cols);
        for row in piece(block, BLOCK, self.x.len() / self.cols) {
            let [x, dy] = [self.x, self.dy].map(|of| &of[row * self.cols..][..self.cols]);
            let scale = centre(&mut centred, x, self.eps);
            for ((sum, &dy), &z) in sums.iter_mut().zip(dy).zip(&*centred) {
                let term = dy * (z * scale);
                *sum += if dy == T::ZERO { T::ZERO } else { term };
            }
        }
    }
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
