//! The gradients of weight and bias by some samples alone.

use super::layer::{backward_bias, backward_weight};
use super::shape::{Affine, LinearShape, check};
use crate::scratch::{Scratch, Slot};
use crate::tasks::{self, Shared};
use crate::{Real, Write};

/// [`backward_weight`](super::backward_weight) by `samples`, ascending, alone. Each has as many of the
/// n rows as any other; `count` is the number of all samples. The rows of the others are not looked at.
///
/// # Panics
/// If lengths do not fit `shape`, or there is no such sample.
#[expect(clippy::too_many_arguments, reason = "those of backward_weight, and which samples")]
pub fn backward_weight_of_samples<T: Real>(
    write: Write,
    dw: &mut [T],
    dy: &[T],
    x: &[T],
    samples: &[u32],
    count: usize,
    shape: LinearShape,
    affine: Affine<T>,
) {
    let LinearShape { n, i, o } = shape;
    let lengths = [("dw", dw.len(), o * i), ("dy", dy.len(), n * o), ("x", x.len(), n * i)];
    check("backward_weight_of_samples", shape, &lengths);
    let rows = n / count.max(1);
    let few = LinearShape { n: rows * samples.len(), ..shape };
    if let Some(first) = contiguous(samples) {
        let (dy, x) = (&dy[first * rows * o..][..few.n * o], &x[first * rows * i..][..few.n * i]);
        return backward_weight(write, dw, dy, x, few, affine);
    }
    // Room for all, so that a batch with more of these samples takes no more memory.
    let mut gradients = Scratch::take(Slot::GatheredGradients, n * o);
    let gradients = gather(&mut gradients, dy, samples, rows * o);
    let mut inputs = Scratch::take(Slot::GatheredRows, n * i);
    let inputs = gather(&mut inputs, x, samples, rows * i);
    backward_weight(write, dw, gradients, inputs, few, affine);
}

/// [`backward_bias`](super::backward_bias) by `samples` alone, as there.
///
/// # Panics
/// If lengths do not fit `shape`, or there is no such sample.
pub fn backward_bias_of_samples<T: Real>(
    write: Write,
    db: &mut [T],
    dy: &[T],
    samples: &[u32],
    count: usize,
    shape: LinearShape,
) {
    let LinearShape { n, o, .. } = shape;
    check("backward_bias_of_samples", shape, &[("db", db.len(), o), ("dy", dy.len(), n * o)]);
    let rows = n / count.max(1);
    let few = LinearShape { n: rows * samples.len(), ..shape };
    if let Some(first) = contiguous(samples) {
        return backward_bias(write, db, &dy[first * rows * o..][..few.n * o], few);
    }
    let mut gradients = Scratch::take(Slot::GatheredGradients, n * o);
    backward_bias(write, db, gather(&mut gradients, dy, samples, rows * o), few);
}

/// The first of samples that follow each other without a gap.
fn contiguous(samples: &[u32]) -> Option<usize> {
    let (&first, &last) = (samples.first()?, samples.last()?);
    ((last - first) as usize + 1 == samples.len()).then_some(first as usize)
}

/// Copies `len` elements of each sample to the front of `out`.
fn gather<'o, T: Real>(out: &'o mut [T], of: &[T], samples: &[u32], len: usize) -> &'o [T] {
    let out = &mut out[..samples.len() * len];
    let shared = Shared::new(out);
    tasks::for_each(samples.len(), |place| {
        // SAFETY: each task takes a place of its own.
        let out = unsafe { shared.part(place * len..(place + 1) * len) };
        out.copy_from_slice(&of[samples[place] as usize * len..][..len]);
    });
    out
}
