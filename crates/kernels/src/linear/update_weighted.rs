//! The gradients of weight and bias with update weights: one a sample, of its share in them.

use super::layer::{backward_bias, backward_weight};
use super::shape::{Affine, LinearShape, check};
use crate::scratch::{Scratch, Slot};
use crate::{Real, Write};

/// [`backward_weight`](super::backward_weight) with each sample's row of `dy` multiplied by its
/// update weight: `dw = Σ_s weight_s * dy_s ⊗ (factor * x_s + shift)`.
///
/// A sample of weight 0 is skipped: its rows are not looked at, even if they hold NaN. Weight 1
/// leaves a row's bits alone. `update_weights` has one for each of the n rows, or one for each run of
/// as many of them.
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
        &[("dw", dw.len(), o * i), ("dy", dy.len(), n * o), ("x", x.len(), n * i)],
    );
    let (kept, run) = count_kept(update_weights, n);
    // Room for all, so that a batch of which more is kept takes no more memory.
    let mut gradients = Scratch::take(Slot::GatheredGradients, n * o);
    let gradients = &mut gradients[..kept * o];
    gather(gradients, dy, update_weights, run * o, true);
    let mut rows = Scratch::take(Slot::GatheredRows, n * i);
    let rows = &mut rows[..kept * i];
    gather(rows, x, update_weights, run * i, false);
    backward_weight(write, dw, gradients, rows, LinearShape { n: kept, i, o }, affine);
}

/// [`backward_bias`](super::backward_bias) with each sample's row of `dy` multiplied by its
/// update weight, samples of weight 0 skipped. `update_weights` as there.
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
    check("backward_bias_update_weighted", shape, &[("db", db.len(), o), ("dy", dy.len(), n * o)]);
    let (kept, run) = count_kept(update_weights, n);
    let mut gradients = Scratch::take(Slot::GatheredGradients, n * o);
    let gradients = &mut gradients[..kept * o];
    gather(gradients, dy, update_weights, run * o, true);
    backward_bias(write, db, gradients, LinearShape { n: kept, i, o });
}

/// How many of n rows have a weight that is not 0, and how many rows each weight is for.
#[track_caller]
fn count_kept<T: Real>(update_weights: &[T], n: usize) -> (usize, usize) {
    let run = n / update_weights.len().max(1);
    assert!(
        run * update_weights.len() == n,
        "linear: {} update weights for {n} rows",
        update_weights.len()
    );
    (run * update_weights.iter().filter(|&&weight| weight != T::ZERO).count(), run)
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
