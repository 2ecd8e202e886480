//! Softmax cross-entropy over rows of logits.

use super::maximum;
use crate::isa::Kernel;
use crate::reduce::CHAIN;
use crate::tasks::{self, Shared, piece};
use crate::vector::Vector;
use crate::{Isa, Real, Write};

/// Rows are given to tasks so that each has about this many logits.
const CHUNK: usize = 4 * 1024;

/// `losses[s] = ln(sum_j exp(logits[s, j])) - logits[s, labels[s]]`, shifted by the row's maximum
/// so that nothing overflows. `logits` is `[n, c]`, `losses` and `labels` `[n]`; labels are whole
/// numbers from 0 to c - 1. Sums run up j from +0, 4096 terms at a time, and these are added up.
///
/// # Panics
/// If lengths do not fit, or a label is not a class.
pub fn cross_entropy<T: Real>(losses: &mut [T], logits: &[T], labels: &[T], n: usize, c: usize) {
    check("cross_entropy", losses.len(), logits.len(), labels, n, c);
    let isa = Isa::current();
    let rows = rows_a_task(c);
    let out = Shared::new(losses);
    tasks::for_each(n.div_ceil(rows), |task| {
        let range = piece(task, rows, n);
        // SAFETY: different tasks take different rows.
        let losses = unsafe { out.part(range.clone()) };
        let (logits, labels) = (&logits[range.start * c..range.end * c], &labels[range]);
        isa.dispatch(Losses { losses, logits, labels, c });
    });
}

/// `dlogits[s, j] = dlosses[s] * (softmax(logits[s])[j] - (j == labels[s]))`, or adds it; +0 where
/// `dlosses` is 0. Shapes as in [`cross_entropy`]; `dlogits` is `[n, c]`.
///
/// # Panics
/// If lengths do not fit, or a label is not a class.
pub fn cross_entropy_backward<T: Real>(
    write: Write,
    dlogits: &mut [T],
    dlosses: &[T],
    logits: &[T],
    labels: &[T],
    n: usize,
    c: usize,
) {
    check("cross_entropy_backward", dlosses.len(), logits.len(), labels, n, c);
    assert_eq!(dlogits.len(), n * c, "softmax::cross_entropy_backward: dlogits is not [{n}, {c}]");
    let isa = Isa::current();
    let rows = rows_a_task(c);
    let out = Shared::new(dlogits);
    tasks::for_each(n.div_ceil(rows), |task| {
        let range = piece(task, rows, n);
        // SAFETY: different tasks take different rows.
        let dlogits = unsafe { out.part(range.start * c..range.end * c) };
        let logits = &logits[range.start * c..range.end * c];
        let (dlosses, labels) = (&dlosses[range.clone()], &labels[range]);
        isa.dispatch(Gradients { write, dlogits, dlosses, logits, labels, c });
    });
}

#[track_caller]
fn check<T: Real>(name: &str, losses: usize, logits: usize, labels: &[T], n: usize, c: usize) {
    assert!(
        losses == n && labels.len() == n && logits == n * c,
        "softmax::{name}: for [{n}, {c}] logits, {logits} logits, {losses} losses, {} labels",
        labels.len()
    );
    for (sample, &label) in labels.iter().enumerate() {
        let class = label.to_f64();
        assert!(
            class >= 0.0 && class < c as f64 && class == (class as usize) as f64,
            "softmax::{name}: label {label} of sample {sample} is not a class from 0 to {c} - 1"
        );
    }
}

fn rows_a_task(c: usize) -> usize {
    (CHUNK / c.max(1)).max(1)
}

/// The maximum and the sum of exponentials relative to it.
#[inline(always)]
fn maximum_and_sum<T: Real>(row: &[T]) -> (T, T) {
    let maximum = maximum(row);
    let mut total = T::ZERO;
    for piece in row.chunks(CHAIN) {
        let mut sum = T::ZERO;
        for &logit in piece {
            sum += (logit - maximum).exp();
        }
        total += sum;
    }
    (maximum, total)
}

struct Losses<'a, T> {
    losses: &'a mut [T],
    logits: &'a [T],
    labels: &'a [T],
    c: usize,
}

impl<T: Real> Kernel for Losses<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let rows = self.logits.chunks_exact(self.c);
        for ((loss, row), &label) in self.losses.iter_mut().zip(rows).zip(self.labels) {
            let (maximum, sum) = maximum_and_sum(row);
            *loss = sum.ln() - (row[label.to_f64() as usize] - maximum);
        }
    }
}

struct Gradients<'a, T> {
    write: Write,
    dlogits: &'a mut [T],
    dlosses: &'a [T],
    logits: &'a [T],
    labels: &'a [T],
    c: usize,
}

impl<T: Real> Kernel for Gradients<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let rows = self.logits.chunks_exact(self.c);
        let outs = self.dlogits.chunks_exact_mut(self.c);
        for (((out, row), &dloss), &label) in outs.zip(rows).zip(self.dlosses).zip(self.labels) {
            let (maximum, sum) = maximum_and_sum(row);
            let label = label.to_f64() as usize;
            for (class, (out, &logit)) in out.iter_mut().zip(row).enumerate() {
                let target = if class == label { T::ONE } else { T::ZERO };
                let value = dloss * ((logit - maximum).exp() / sum - target);
                self.write.to(out, if dloss == T::ZERO { T::ZERO } else { value });
            }
        }
    }
}
