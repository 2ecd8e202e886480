//! How long each sample's share of a gradient is.

use super::layer::backward_weight;
use super::shape::{Affine, LinearShape, check};
use crate::rows::{self, Row};
use crate::scratch::{Scratch, Slot};
use crate::tasks::{self, Shared};
use crate::{Real, Write};

/// Below this share of the sizes of its terms, a sum of them has lost too many digits.
const CANCELLED: f64 = 1e-6;

/// Adds to each of `squares` the square of the Euclidean norm of what one sample adds to
/// [`backward_weight`]. Each sample has as many of the n rows as any other.
///
/// The share of a sample with one row is an outer product, whose norm is `|dy| |x|` (Goodfellow 2015,
/// arXiv 1510.01799). With rows t it is `Σ_tu (dy_t · dy_u)(x_t · x_u)` (Li et al. 2021, arXiv
/// 2110.05679), or, where that is more work or the terms nearly cancel, the share is formed. Sums are in
/// f64. A row of `dy` that is 0 leaves its terms out, even if `x` is not finite.
///
/// # Panics
/// If lengths do not fit `shape`, or its rows don't divide among the samples.
pub fn weight_squares<T: Real>(
    squares: &mut [f64],
    dy: &[T],
    x: &[T],
    shape: LinearShape,
    affine: Affine<T>,
) {
    let LinearShape { n, i, o } = shape;
    check("weight_squares", shape, &[("dy", dy.len(), n * o), ("x", x.len(), n * i)]);
    let Some(t) = rows_a_sample(squares.len(), n) else { return };
    if t == 1 || t * (i + o) <= i * o {
        return rows::fill(squares, 1, t * t * (i + o), Products { dy, x, t, i, o, affine });
    }
    let (few, squares) = (LinearShape { n: t, ..shape }, Shared::new(squares));
    tasks::for_each(n / t, |sample| {
        let (dy, x) = (part(dy, sample, t * o), part(x, sample, t * i));
        let mut share = Scratch::take(Slot::Share, o * i);
        tasks::alone(|| backward_weight(Write::Store, &mut share, dy, x, few, affine));
        // SAFETY: each task takes a sample of its own.
        let square = unsafe { squares.part(sample..sample + 1) };
        rows::fill(square, 1, 0, Length { of: &share });
    });
}

/// The same for what a sample adds to [`backward_bias`](super::backward_bias).
///
/// # Panics
/// As [`weight_squares`].
pub fn bias_squares<T: Real>(squares: &mut [f64], dy: &[T], shape: LinearShape) {
    let LinearShape { n, o, .. } = shape;
    check("bias_squares", shape, &[("dy", dy.len(), n * o)]);
    let Some(t) = rows_a_sample(squares.len(), n) else { return };
    rows::fill(squares, 1, t * o, Sums { dy, t, o });
}

#[track_caller]
fn rows_a_sample(samples: usize, n: usize) -> Option<usize> {
    if n == 0 {
        return None;
    }
    assert!(
        samples > 0 && n.is_multiple_of(samples),
        "linear: {n} rows don't divide among {samples} samples"
    );
    Some(n / samples)
}

fn part<T>(of: &[T], sample: usize, len: usize) -> &[T] {
    &of[sample * len..][..len]
}

/// By products of rows.
struct Products<'a, T> {
    dy: &'a [T],
    x: &'a [T],
    t: usize,
    i: usize,
    o: usize,
    affine: Affine<T>,
}

impl<T: Real> Row<f64> for Products<'_, T> {
    #[inline(always)]
    fn fill(&self, sample: usize, out: &mut [f64]) {
        let Self { t, i, o, affine, .. } = *self;
        let (dy, x) = (part(self.dy, sample, t * o), part(self.x, sample, t * i));
        let (factor, shift) = (affine.factor.to_f64(), affine.shift.to_f64());
        let plain = factor == 1.0 && shift == 0.0;
        let (mut sum, mut sizes) = (0.0, 0.0);
        for row in (0..t).filter(|&row| !rows::is_zero(part(dy, row, o))) {
            for other in (0..=row).filter(|&other| !rows::is_zero(part(dy, other, o))) {
                let (a, b) = (part(x, row, i), part(x, other, i));
                let inputs = match plain {
                    true => dot(a, b, |v| v),
                    false => dot(a, b, |v| factor * v + shift),
                };
                let product = dot(part(dy, row, o), part(dy, other, o), |v| v) * inputs;
                let term = if row == other { product } else { 2.0 * product };
                sum += term;
                sizes += term.abs();
            }
        }
        if sum < CANCELLED * sizes {
            sum = self.formed(dy, x);
        }
        out[0] += sum;
    }
}

impl<T: Real> Products<'_, T> {
    /// The same from the share itself, element by element.
    #[inline(always)]
    fn formed(&self, dy: &[T], x: &[T]) -> f64 {
        let Self { t, i, o, affine, .. } = *self;
        let (factor, shift) = (affine.factor.to_f64(), affine.shift.to_f64());
        let live = |row: &usize| !rows::is_zero(part(dy, *row, o));
        let element = |at: usize| {
            let term = |row: usize| {
                let input = factor * x[row * i + at % i].to_f64() + shift;
                dy[row * o + at / i].to_f64() * input
            };
            (0..t).filter(live).map(term).sum::<f64>()
        };
        (0..o * i).map(|at| element(at) * element(at)).sum()
    }
}

/// The sum over the rows of each sample.
struct Sums<'a, T> {
    dy: &'a [T],
    t: usize,
    o: usize,
}

impl<T: Real> Row<f64> for Sums<'_, T> {
    #[inline(always)]
    fn fill(&self, sample: usize, out: &mut [f64]) {
        let dy = part(self.dy, sample, self.t * self.o);
        if self.t == 1 {
            out[0] += dot(dy, dy, |v| v);
            return;
        }
        let mut sums = Scratch::<f64>::take(Slot::Share, self.o);
        sums.fill(0.0);
        for row in dy.chunks_exact(self.o.max(1)) {
            sums.iter_mut().zip(row).for_each(|(sum, &dy)| *sum += dy.to_f64());
        }
        out[0] += dot(&sums, &sums, |v| v);
    }
}

/// All of a share.
struct Length<'a, T> {
    of: &'a [T],
}

impl<T: Real> Row<f64> for Length<'_, T> {
    #[inline(always)]
    fn fill(&self, _: usize, out: &mut [f64]) {
        out[0] += dot(self.of, self.of, |v| v);
    }
}

/// `Σ read(a) read(b)` in f64, in as many sums side by side as a register of numbers needs.
#[inline(always)]
fn dot<T: Real>(a: &[T], b: &[T], read: impl Fn(f64) -> f64) -> f64 {
    const LANES: usize = 16;
    let mut lanes = [0.0; LANES];
    let (whole, others) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = whole.remainder().iter().zip(others.remainder());
    let term = |a: T, b: T| read(a.to_f64()) * read(b.to_f64());
    for (a, b) in whole.clone().zip(others.clone()) {
        for lane in 0..LANES {
            lanes[lane] += term(a[lane], b[lane]);
        }
    }
    let sum: f64 = lanes.iter().sum();
    rest.fold(sum, |sum, (&a, &b)| sum + term(a, b))
}
