//! What can be had without looking.

use serde::{Deserialize, Serialize};

use super::errors::DecoderErrors;

/// Test errors that need no encoding at all, computed from the training set;
/// a certificate near them has learned nothing about the digit at hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floors {
    /// The image with every pixel at -1 (black).
    pub constant: DecoderErrors,
    /// The training set's median of each pixel: the best constant image by MAE.
    pub median: DecoderErrors,
    /// The training set's mean of each pixel: the best constant image by MSE.
    pub mean: DecoderErrors,
}
