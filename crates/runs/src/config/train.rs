//! `[train]` of an experiment that passes over a data set in epochs.

use std::fmt;

use gradroute_images::{Batches, Dataset};
use gradroute_tape::Real;
use serde::de::{self, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::ConfigError;
use super::optimizer::Optimizer;
use super::range::require;
use crate::plan::Stage;

/// The largest batch and the most epochs that are taken for meant.
const MAX_BATCH: usize = 1 << 20;
const MAX_EPOCHS: usize = 1_000_000;

/// Batches, epochs and the seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Train {
    /// Samples a step; the last batch of an epoch may be shorter.
    pub batch: usize,
    /// Passes over the training set.
    pub epochs: usize,
    /// Stop after so many steps even if epochs remain; absent for no such limit.
    #[serde(default, deserialize_with = "zero_is_none", skip_serializing_if = "Option::is_none")]
    pub steps: Option<usize>,
    /// Decides initial weights, shuffling and every other random number.
    pub seed: u64,
    /// Whether each epoch takes the samples in a new order; if not, file order.
    pub shuffle: bool,
    /// Epochs between evaluations; absent for only at the end.
    #[serde(default, deserialize_with = "zero_is_none", skip_serializing_if = "Option::is_none")]
    pub eval_every: Option<usize>,
    /// Steps between lines of the [flow map](crate::flow); absent for no flow map.
    #[serde(default, deserialize_with = "zero_is_none", skip_serializing_if = "Option::is_none")]
    pub flow_every: Option<usize>,
    /// Steps between [probes](crate::Probe); absent for none. It is written as 0 then, as it would
    /// otherwise be the preset's when a run's configuration is read again.
    #[serde(default, deserialize_with = "zero_is_none", serialize_with = "none_is_zero")]
    pub probe_every: Option<usize>,
    /// Epochs between checkpoints; absent for only at the beginning and the end.
    #[serde(default, deserialize_with = "zero_is_none", skip_serializing_if = "Option::is_none")]
    pub checkpoint_every: Option<usize>,
}

impl Train {
    /// Refuses what no run could use.
    ///
    /// # Errors
    /// The first key that is out of its range.
    pub fn check(&self) -> Result<(), ConfigError> {
        require(
            (1..=MAX_BATCH).contains(&self.batch),
            "train.batch",
            self.batch,
            &format!("a number of samples from 1 to {MAX_BATCH}"),
        )?;
        require(
            (1..=MAX_EPOCHS).contains(&self.epochs),
            "train.epochs",
            self.epochs,
            &format!("a number from 1 to {MAX_EPOCHS}; to stop within an epoch set train.steps"),
        )?;
        require(
            self.eval_every.is_none_or(|every| every <= self.epochs),
            "train.eval_every",
            self.eval_every.unwrap_or(0),
            &format!(
                "at most train.epochs, which is {}; without the key a run is evaluated at its end \
                 only",
                self.epochs
            ),
        )
    }

    /// Batches in one epoch over `samples` training samples, the short last one included.
    pub fn steps_per_epoch(&self, samples: usize) -> u64 {
        samples.div_ceil(self.batch) as u64
    }

    /// Samples of the last batch of an epoch over `samples` training samples.
    ///
    /// # Panics
    /// If `batch` is 0, which [`Train::check`] refuses.
    pub fn last_batch(&self, samples: usize) -> usize {
        samples - (samples.saturating_sub(1) / self.batch) * self.batch
    }

    /// Total steps over `samples` training samples: all batches of all epochs, or `steps` if that
    /// is less.
    pub fn total_steps(&self, samples: usize) -> u64 {
        let whole = self.epochs as u64 * self.steps_per_epoch(samples);
        self.steps.map_or(whole, |limit| whole.min(limit as u64))
    }

    /// The batches of `data` that these settings ask for.
    ///
    /// # Panics
    /// If `batch` is 0, which [`Train::check`] refuses.
    pub fn batches<T: Real>(&self, data: &Dataset) -> Batches<T> {
        Batches::new(data, self.batch, self.shuffle.then_some(self.seed))
    }

    /// The whole of it over `samples` training samples as one stage called "train".
    pub fn stage(&self, samples: usize) -> Stage {
        let epoch = self.steps_per_epoch(samples);
        let every =
            |epochs: Option<usize>| epochs.map(|epochs| epoch.saturating_mul(epochs as u64));
        Stage {
            epoch: Some(epoch),
            evaluate_every: every(self.eval_every),
            checkpoint_every: every(self.checkpoint_every),
            flow_every: self.flow_every.map(|steps| steps as u64),
            probe_every: self.probe_every.map(|steps| steps as u64),
            ..Stage::new("train", self.total_steps(samples))
        }
    }

    /// Why a run of these settings can't be made longer by more epochs, if it can't; for
    /// [`Settings::lengthen`](super::Settings::lengthen).
    ///
    /// # Errors
    /// When there would be fewer epochs, `steps` ends the run, or the schedule of `optimizer` has led
    /// the rate towards the planned end.
    pub fn lengthen(&self, longer: &Self, optimizer: &Optimizer) -> Result<(), String> {
        if longer.epochs < self.epochs {
            return Err(format!("the run was begun with {}; it can only get more", self.epochs));
        }
        match self.steps {
            Some(steps) if longer.epochs > self.epochs => {
                Err(format!("train.steps = {steps} ends the run, whatever the epochs"))
            }
            None if longer.epochs > self.epochs => optimizer.lengthen(),
            _ => Ok(()),
        }
    }
}

/// Reads a number of which 0 means that there is none, as configurations were once written:
/// `#[serde(default, deserialize_with = "zero_is_none", skip_serializing_if = "Option::is_none")]`.
///
/// # Errors
/// When the value is no whole number, or is negative.
pub fn zero_is_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    struct Whole;

    impl Visitor<'_> for Whole {
        type Value = usize;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number, 0 or more")
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<usize, E> {
            let wrong = || E::invalid_value(Unexpected::Unsigned(number), &self);
            usize::try_from(number).map_err(|_| wrong())
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<usize, E> {
            let wrong = || E::invalid_value(Unexpected::Signed(number), &self);
            usize::try_from(number).map_err(|_| wrong())
        }
    }

    let number = deserializer.deserialize_u64(Whole)?;
    Ok(Some(number).filter(|&number| number > 0))
}

/// Writes a number of which 0 means that there is none, for a key that presets have.
///
/// # Errors
/// As the serializer's.
pub fn none_is_zero<S: Serializer>(
    number: &Option<usize>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(number.unwrap_or(0) as u64)
}
