//! What is minimised, as data: the terms of the loss, and whose gradients are routed where.

use gradroute_runs::config::zero_is_none;
use serde::{Deserialize, Serialize};

use crate::autoencoder::halves::Halves;

/// The terms of the loss and their weights. A weight of 0 leaves its term out.
///
/// The first three are mean absolute errors of the decoder; the paper's names for them take the
/// top half's digits as the good ones. Together they say which digits teach which half. With the
/// error averaged over the whole batch, weights 1, 0 and 1 make the decoder's plain mean absolute
/// error, which is the replication's loss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    /// The decoder on the top half's digits, which teaches the top half.
    pub good: f64,
    /// The decoder on the bottom half's digits, which teaches the top half too.
    pub good_bad: f64,
    /// The decoder on the bottom half's digits, which teaches the bottom half.
    pub bad: f64,
    /// Over how many samples the errors of these three are averaged.
    pub mean_over: MeanOver,
    /// The mean absolute error of each certificate, over all samples; above 0.
    pub certificates: f64,
    /// Weight of the sum of |z| over the encoding, before routing.
    pub l1: f64,
    /// Added to that weight on the top half.
    pub l1_top_extra: f64,
    /// What that sum is divided by; absent for the batch's own number of samples.
    #[serde(default, deserialize_with = "zero_is_none", skip_serializing_if = "Option::is_none")]
    pub l1_divisor: Option<usize>,
    /// The mean |correlation| of a dim of one half with a dim of the other, over all pairs.
    pub correlation: f64,
}

/// What the error of some samples is divided by to make a mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MeanOver {
    /// The number of samples in the batch, as in the replication.
    Batch,
    /// The number of the term's own samples in the batch, as in the paper. A term whose group
    /// has no sample in a batch is 0 there and teaches nothing.
    Group,
}

/// The digits of each half, and whose gradients are routed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    /// Whether gradients are routed at all; if not, each term teaches both halves.
    pub enabled: bool,
    /// The rule by which the half of a term's digits is taught and the other is not:
    /// one of [`RULES`](crate::autoencoder::rules::RULES).
    #[serde(default = "halves_rule")]
    pub rule: String,
    /// Digits of the bottom half, the first dims of the encoding.
    pub bottom: Vec<u8>,
    /// Digits of the top half, the last dims of the encoding. A digit of neither half is in no
    /// term of the decoder; the certificates and the penalties see it.
    pub top: Vec<u8>,
    /// The share of samples whose label is known to the routing. The others count into the
    /// term `bad` whatever they show, as well as where they belong.
    pub fraction: f64,
    /// Whether `fraction` is instead a share of the epochs: the first ones route all samples,
    /// the later ones none.
    pub scheduled: bool,
}

/// The rule of configurations from before there were others.
pub(super) fn halves_rule() -> String {
    "halves".to_owned()
}

impl Routing {
    /// The digits of each half.
    pub fn halves(&self) -> Halves {
        Halves { bottom: self.bottom.clone(), top: self.top.clone() }
    }

    /// The share of samples that are routed in `epoch` (the first is 0) of `epochs`.
    pub fn share(&self, epoch: u64, epochs: u64) -> f64 {
        match self.scheduled {
            false => self.fraction,
            true if (epoch as f64) < self.fraction * epochs as f64 => 1.0,
            true => 0.0,
        }
    }

    /// Whether some samples are not routed at some time.
    pub fn is_partial(&self) -> bool {
        self.fraction < 1.0
    }
}
