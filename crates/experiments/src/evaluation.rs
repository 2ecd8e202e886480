//! What a run achieved on the test set: the content of `evaluation.json`.
//!
//! Three decoders are judged: the main `decoder`, which sees the whole
//! encoding, and the two *certificates*, which see one half each. `top` sees
//! the half assigned to the top digits (5-9 in the seed), `bottom` the half of
//! the bottom digits (0-4). Errors are in units of pixels in [-1, 1]: `mae` is
//! the mean over samples and pixels of |x - y|, `mse` of (x - y)^2.
//!
//! ```json
//! {
//!   "halves": {"bottom": [0,1,2,3,4], "top": [5,6,7,8,9]},
//!   "counts": [980, ...],
//!   "decoder": {
//!     "mae": [ten, one a digit], "mse": [ten],
//!     "groups": {
//!       "bottom": {"digits": [0,1,2,3,4], "samples": 5139,
//!                  "mae": {"by_sample": 0.1, "over_digits": 0.1},
//!                  "mse": {"by_sample": 0.1, "over_digits": 0.1}},
//!       "top": {...}
//!     }
//!   },
//!   "top": {...}, "bottom": {...},
//!   "floors": {"constant": {...}, "median": {...}, "mean": {...}},
//!   "split": {"holds": true, "margins": [ten], "verdict": "..."}
//! }
//! ```
//!
//! A digit without test samples has error `NaN`, which the file holds as the
//! string `"NaN"`.

mod errors;
mod split;

use serde::{Deserialize, Serialize};

pub use errors::{DecoderErrors, ErrorSums, GroupErrors, GroupMean, Groups};
pub use split::{CLEAR_MARGIN, Split};

/// Number of classes (digits) that labels may name: 0 to 9.
pub const CLASSES: usize = 10;

/// Which digits belong to which half of the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Halves {
    /// Digits whose gradients go to the bottom half, the first dims.
    pub bottom: Vec<u8>,
    /// Digits whose gradients go to the top half, the last dims.
    pub top: Vec<u8>,
}

impl Default for Halves {
    /// The seed's halves: 0-4 and 5-9.
    fn default() -> Self {
        Self { bottom: (0..5).collect(), top: (5..10).collect() }
    }
}

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

/// The whole of `evaluation.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// Which digits belong to which half.
    pub halves: Halves,
    /// Test samples per digit.
    pub counts: [u64; CLASSES],
    /// Errors of the main decoder, which sees the whole encoding.
    pub decoder: DecoderErrors,
    /// Errors of the certificate on the top half.
    pub top: DecoderErrors,
    /// Errors of the certificate on the bottom half.
    pub bottom: DecoderErrors,
    /// Errors without any information, to read the others against.
    pub floors: Floors,
    /// How well the halves hold their own digits and nothing else.
    pub split: Split,
}

impl Evaluation {
    /// Puts the sums of the three decoders and the floors together and judges
    /// the split.
    ///
    /// # Panics
    /// When the three sums were not taken over the same samples.
    pub fn new(
        halves: Halves,
        decoder: &ErrorSums,
        top: &ErrorSums,
        bottom: &ErrorSums,
        floors: Floors,
    ) -> Self {
        let counts = decoder.counts();
        assert!(
            counts == top.counts() && counts == bottom.counts(),
            "the three decoders were evaluated on different samples: decoder {counts:?}, \
             top certificate {:?}, bottom certificate {:?}",
            top.counts(),
            bottom.counts()
        );
        let [decoder, top, bottom] = [decoder, top, bottom].map(|sums| sums.errors(&halves));
        let split = Split::judge(&halves, &counts, &top, &bottom, &floors);
        Self { halves, counts, decoder, top, bottom, floors, split }
    }
}

#[cfg(test)]
mod tests;
