//! The gradients of weight and bias with update weights: one a sample, of its share in them.

use super::layer::{backward_bias, backward_weight};
use super::shape::{Affine, LinearShape, check};
use crate::scratch::{Scratch, Slot};
use crate::{Real, Write};

/// [`backward_weight`](super::backward_weight) with each sample's row of `dy` multiplied by its
/// update weight: `dw = Σ_s weight_s * dy_s ⊗ (factor * x_s + shift)`.
///
/// A sample of weight 0 is skipped: its rows are not looked at, even if they hold NaN. Weight 1
/// leaves a row's bits alone. `update_weights` is `[n]`.
///
/// # Panics
/// If lengths do not fit `shape`.
pub fn backward_weight_update_weighted<T: Real>(
    write: Write,
    dw: &mut [T],
    dy: &[T],
    x: &[T],
    update_weights: &[T],
    shape: LinearShape,
    affine: Affine<T>,
) {
    let LinearShape { n, i, o } = shape;
    check(
        "backward_weight_update_weighted",
        shape,
        &[
            ("dw", dw.len(), o * i),
            ("dy", dy.len(), n * o),
            ("x", x.len(), n * i),
            ("update_weights", update_weights.len(), n),
        ],
    );
    let kept = count_kept(update_weights);
    let mut gradients = Scratch::take(Slot::GatheredGradients, kept * o);
    gather(&mut gradients, dy, update_weights, o, true);
    let mut rows = Scratch::take(Slot::GatheredRows, kept * i);
    gather(&mut rows, x, update_weights, i, false);
    backward_weight(write, dw, &gradients, &rows, LinearShape { n: kept, i, o }, affine);
}

/// [`backward_bias`](super::backward_bias) with each sample's row of `dy` multiplied by its
/// update weight, samples of weight 0 skipped. `update_weights` is `[n]`.
///
/// # Panics
/// If lengths do not fit `shape`.
pub fn backward_bias_update_weighted<T: Real>(
    write: Write,
    db: &mut [T],
    dy: &[T],
    update_weights: &[T],
    shape: LinearShape,
) {
    let LinearShape { n, i, o } = shape;
    check(
        "backward_bias_update_weighted",
        shape,
        &[
            ("db", db.len(), o),
            ("dy", dy.len(), n * o),
            ("update_weights", update_weights.len(), n),
        ],
    );
    let kept = count_kept(update_weights);
    let mut gradients = Scratch::take(Slot::GatheredGradients, kept * o);
    gather(&mut gradients, dy, update_weights, o, true);
    backward_bias(write, db, &gradients, LinearShape { n: kept, i, o });
}

fn count_kept<T: Real>(update_weights: &[T]) -> usize {
    update_weights.iter().filter(|&&weight| weight != T::ZERO).count()
}

/// Copies the rows of samples whose weight is not 0, multiplied by it if `weighted`.
fn gather<T: Real>(out: &mut [T], rows: &[T], update_weights: &[T], cols: usize, weighted: bool) {
    if cols == 0 {
        return;
    }
    let kept =
        rows.chunks_exact(cols).zip(update_weights).filter(|(_, weight)| **weight != T::ZERO);
    for (out, (row, &weight)) in out.chunks_exact_mut(cols).zip(kept) {
        let factor = if weighted { weight } else { T::ONE };
        for (out, &value) in out.iter_mut().zip(row) {
            *out = factor * value;
        }
    }
}
