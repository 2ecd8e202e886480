//! All that is judged.

use serde::{Deserialize, Serialize};

use super::errors::{DecoderErrors, ErrorSums};
use super::floors::Floors;
use super::split::Split;
use crate::autoencoder::halves::{CLASSES, Halves};

/// What a run achieved on the test set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
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

impl Results {
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
