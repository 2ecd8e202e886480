//! What a routing rule is.

use std::fmt::Debug;

use crate::autoencoder::halves::Half;

/// A routing rule: which dims of the encoding a sample may teach. A new rule is one implementation
/// of this in a file of its own, the file's `mod` line, and its entry in [`RULES`](super::RULES).
pub trait Rule: Debug + Send + Sync {
    /// The weight with which a sample of class `label`, in a term of the loss that is to teach
    /// `half`, teaches each of the `weights.len()` dims: 1 passes the gradient whole, 0 blocks it,
    /// anything else scales it.
    fn weights(&self, label: u8, half: Half, weights: &mut [f64]);
}

/// The dims of a half, among `dims` of them: the first half of them, or the last.
pub(super) fn dims_of(half: Half, dims: usize) -> std::ops::Range<usize> {
    match half {
        Half::Bottom => 0..dims / 2,
        Half::Top => dims / 2..dims,
    }
}
