//! What a routing rule is.

use std::fmt::Debug;

use crate::autoencoder::halves::Half;

/// A sample, as a rule sees it.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Its digit.
    pub label: u8,
    /// Its place in the training set.
    pub key: u32,
}

/// A routing rule: which dims of the encoding a sample may teach. A new rule is one implementation
/// of this in a file of its own, the file's `mod` line, and its entry in [`RULES`](super::RULES).
pub trait Rule: Debug + Send + Sync {
    /// The weight with which a sample, in a term of the loss that is to teach `half`, teaches each of
    /// the `weights.len()` dims: 1 passes the gradient whole, 0 blocks it, anything else scales it.
    fn weights(&self, sample: Sample, half: Half, weights: &mut [f64]);

    /// Through which half the gradient of an image passes, where that is drawn by chance: in words that
    /// follow "passes through". Such a rule is a control.
    fn drawn(&self) -> Option<String> {
        None
    }

    /// Whether the weights depend on the label alone, and never on the key.
    fn by_label_alone(&self) -> bool {
        true
    }
}
