//! What is written down at each step and at each evaluation in between.

use serde::{Deserialize, Serialize};

use crate::evaluation::DecoderErrors;
use crate::nonfinite;
use crate::objective::Losses;

/// The loss terms of one step, weights included: a line of `metrics.jsonl`. Values
/// that are not finite stand there as `"NaN"`, `"inf"` or `"-inf"`; terms that the
/// objective does not have, and the decoder's terms where their groups have no
/// means of their own, are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepLosses {
    /// The step, from 0; the losses are those before its update.
    pub step: u64,
    /// What is minimised: `decoder`, `top`, `bottom`, `l1` and `correlation` together.
    #[serde(with = "nonfinite")]
    pub total: f32,
    /// Mean absolute error of the decoder: `good`, `good_bad` and `bad` together.
    #[serde(with = "nonfinite")]
    pub decoder: f32,
    /// That of the top half's digits.
    #[serde(with = "nonfinite::option", default, skip_serializing_if = "Option::is_none")]
    pub good: Option<f32>,
    /// That of the bottom half's digits, as far as it teaches the top half.
    #[serde(with = "nonfinite::option", default, skip_serializing_if = "Option::is_none")]
    pub good_bad: Option<f32>,
    /// That of the bottom half's digits, as far as it teaches the bottom half.
    #[serde(with = "nonfinite::option", default, skip_serializing_if = "Option::is_none")]
    pub bad: Option<f32>,
    /// Mean absolute error of the certificate on the top half.
    #[serde(with = "nonfinite")]
    pub top: f32,
    /// Mean absolute error of the certificate on the bottom half.
    #[serde(with = "nonfinite")]
    pub bottom: f32,
    /// The L1 penalty of the encoding.
    #[serde(with = "nonfinite")]
    pub l1: f32,
    /// The correlation penalty of the encoding.
    #[serde(with = "nonfinite::option", default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<f32>,
    /// The learning rate that the step used.
    #[serde(with = "nonfinite")]
    pub lr: f64,
}

impl StepLosses {
    /// The line of a step that used learning rate `lr`.
    pub fn new(step: u64, lr: f64, losses: Losses<f32>) -> Self {
        let Losses { total, decoder, good, good_bad, bad, top, bottom, l1, correlation } = losses;
        Self { step, total, decoder, good, good_bad, bad, top, bottom, l1, correlation, lr }
    }
}

/// When a step ended: a line of `timing.jsonl`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepTiming {
    /// The step, from 0.
    pub step: u64,
    /// Seconds that the step took.
    pub seconds: f64,
    /// Samples in its batch.
    pub samples: usize,
}

/// Test errors in the middle of a run: a line of `epochs.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochEvaluation {
    /// Epochs done.
    pub epoch: u64,
    /// Steps done.
    pub step: u64,
    /// Errors of the main decoder.
    pub decoder: DecoderErrors,
    /// Errors of the certificate on the top half.
    pub top: DecoderErrors,
    /// Errors of the certificate on the bottom half.
    pub bottom: DecoderErrors,
}
