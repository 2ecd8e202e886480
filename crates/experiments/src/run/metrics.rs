//! What is written down at each step and at each evaluation in between.

use serde::{Deserialize, Serialize};

use crate::evaluation::DecoderErrors;
use crate::nonfinite;

/// The loss terms of one step: a line of `metrics.jsonl`. Values that are not
/// finite stand there as `"NaN"`, `"inf"` or `"-inf"`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepLosses {
    /// The step, from 0; the losses are those before its update.
    pub step: u64,
    /// What is minimised: the sum of the other terms.
    #[serde(with = "nonfinite")]
    pub total: f32,
    /// Mean absolute error of the main decoder.
    #[serde(with = "nonfinite")]
    pub decoder: f32,
    /// Mean absolute error of the certificate on the top half.
    #[serde(with = "nonfinite")]
    pub top: f32,
    /// Mean absolute error of the certificate on the bottom half.
    #[serde(with = "nonfinite")]
    pub bottom: f32,
    /// The L1 term, weight included.
    #[serde(with = "nonfinite")]
    pub l1: f32,
    /// The learning rate that the step used.
    #[serde(with = "nonfinite")]
    pub lr: f64,
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
