//! Weight and bias gradients in which each sample has a weight of its own.

use super::layer::{backward_bias, backward_weight};
use super::shape::{Affine, LinearShape, check};
use crate::scratch::{Scratch, Slot};
use crate::{Real, Write};

/// [`backward_weight`](super::backward_weight) with each sample's row of `dy` multiplied by its
/// weight: `dw = Σ_s weight_s * dy_s ⊗ (scale * x_s + shift)`.
///
/// A sample of weight 0 is skipped: its rows are not looked at, even if they hold NaN. Weight 1
/// leaves a row's bits alone. `sample_weights` is `[n]`.
///
/// # Panics
/// If lengths do not fit `shape`.
pub fn backward_weight_subset<T: Real>(
    write: Write,
    dw: &mut [T],
    dy: &[T],
    x: &[T],
    sample_weights: &[T],
    shape: LinearShape,
    affine: Affine<T>,
) {
    let LinearShape { n, i, o } = shape;
    check(
        "backward_weight_subset",
        shape,
        &[
            ("dw", dw.len(), o * i),
            ("dy", dy.len(), n * o),
            ("x", x.len(), n * i),
            ("sample_weights", sample_weights.len(), n),
        ],
    );
    let kept = count_kept(sample_weights);
    let mut gradients = Scratch::take(Slot::GatheredGradients, kept * o);
    gather(&mut gradients, dy, sample_weights, o, true);
    let mut rows = Scratch::take(Slot::GatheredRows, kept * i);
    gather(&mut rows, x, sample_weights, i, false);
    backward_weight(write, dw, &gradients, &rows, LinearShape { n: kept, i, o }, affine);
}

/// [`backward_bias`](super::backward_bias) with each sample's row of `dy` multiplied by its
/// weight, samples of weight 0 skipped. `sample_weights` is `[n]`.
///
/// # Panics
/// If lengths do not fit `shape`.
pub fn backward_bias_subset<T: Real>(
    write: Write,
    db: &mut [T],
    dy: &[T],
    sample_weights: &[T],
    shape: LinearShape,
) {
    let LinearShape { n, i, o } = shape;
    check(
        "backward_bias_subset",
        shape,
        &[
            ("db", db.len(), o),
            ("dy", dy.len(), n * o),
            ("sample_weights", sample_weights.len(), n),
        ],
    );
    let kept = count_kept(sample_weights);
    let mut gradients = Scratch::take(Slot::GatheredGradients, kept * o);
    gather(&mut gradients, dy, sample_weights, o, true);
    backward_bias(write, db, &gradients, LinearShape { n: kept, i, o });
}

fn count_kept<T: Real>(sample_weights: &[T]) -> usize {
    sample_weights.iter().filter(|&&weight| weight != T::ZERO).count()
}

/// Copies the rows of samples whose weight is not 0, multiplied by it if `weighted`.
fn gather<T: Real>(out: &mut [T], rows: &[T], weights: &[T], cols: usize, weighted: bool) {
    if cols == 0 {
        return;
    }
    let kept = rows.chunks_exact(cols).zip(weights).filter(|(_, weight)| **weight != T::ZERO);
    for (out, (row, &weight)) in out.chunks_exact_mut(cols).zip(kept) {
        let factor = if weighted { weight } else { T::ONE };
        for (out, &value) in out.iter_mut().zip(row) {
            *out = factor * value;
        }
    }
}
