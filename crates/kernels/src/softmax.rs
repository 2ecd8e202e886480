//! Softmax over rows, and what is made of it: its logarithm, cross-entropy, entropy.
//!
//! All are shifted by the row's maximum, so that nothing overflows. Rows are given to tasks so that
//! each has some thousand numbers.

mod cross_entropy;
mod entropy;
mod logarithm;
mod probabilities;

pub use cross_entropy::{cross_entropy, cross_entropy_backward};
pub use entropy::{entropy, entropy_backward};
pub use logarithm::{log_softmax, log_softmax_backward};
pub use probabilities::{softmax, softmax_backward};

use crate::Real;

/// The maximum of a row; NaN never wins, except from the first place.
#[inline(always)]
fn maximum<T: Real>(row: &[T]) -> T {
    let mut maximum = row[0];
    for &logit in row {
        maximum = if logit > maximum { logit } else { maximum };
    }
    maximum
}

#[track_caller]
fn check(name: &str, len: usize, others: &[usize], cols: usize) {
    assert!(
        others.iter().all(|&other| other == len) && cols > 0 && len.is_multiple_of(cols),
        "softmax::{name}: rows of {cols} columns, but slices of {len} and {others:?} elements"
    );
}
