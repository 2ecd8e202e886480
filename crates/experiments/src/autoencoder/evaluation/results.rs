//! All that is judged.

use serde::{Deserialize, Serialize};

use super::errors::{DecoderErrors, ErrorSums};
use super::floors::Floors;
use super::split::{Split, obstacle};
use crate::autoencoder::halves::{CLASSES, Halves};
use crate::autoencoder::probe::Probes;

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
    /// Errors of the second decoder, which the term `bad` trains, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad_decoder: Option<DecoderErrors>,
    /// Errors of the certificate on the top half.
    pub top: DecoderErrors,
    /// Errors of the certificate on the bottom half.
    pub bottom: DecoderErrors,
    /// What a linear probe reads off each half; none in results from before there were probes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probes: Option<Probes>,
    /// Errors without any information, to read the others against.
    pub floors: Floors,
    /// How well the halves hold their own digits and nothing else.
    pub split: Split,
}

impl Results {
    /// Puts the sums of all decoders and the floors together and judges the split.
    ///
    /// # Panics
    /// When the sums were not taken over the same samples.
    pub fn new(
        halves: Halves,
        decoder: &ErrorSums,
        bad_decoder: Option<&ErrorSums>,
        top: &ErrorSums,
        bottom: &ErrorSums,
        floors: Floors,
    ) -> Self {
        let counts = decoder.counts();
        for (name, sums) in [("top certificate", top), ("bottom certificate", bottom)]
            .into_iter()
            .chain(bad_decoder.map(|sums| ("second decoder", sums)))
        {
            assert!(
                counts == sums.counts(),
                "all decoders must be evaluated on the same samples: the decoder {counts:?}, the \
                 {name} {:?}",
                sums.counts()
            );
        }
        let bad_decoder = bad_decoder.map(|sums| sums.errors(&halves));
        let [decoder, top, bottom] = [decoder, top, bottom].map(|sums| sums.errors(&halves));
        let split = Split::judge(&halves, &counts, &top, &bottom, &floors);
        let probes = None;
        Self { halves, counts, decoder, bad_decoder, top, bottom, probes, floors, split }
    }

    /// Whether the split can be judged: the test set shows digits of both halves, and the
    /// certificates are trained.
    pub fn judged(&self) -> bool {
        let Self { halves, counts, top, bottom, floors, .. } = self;
        obstacle(halves, counts, top, bottom, floors).is_none()
    }
}
