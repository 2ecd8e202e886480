//! `[optimizer]`: Adam and its learning rate.

use gradroute_tape::optim::{AdamOptions, Decay};
use serde::{Deserialize, Serialize};

use super::error::ConfigError;
use super::range::require;
use super::schedule::Schedule;

/// Adam (Kingma and Ba 2014, arXiv 1412.6980) in PyTorch's form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Optimizer {
    /// Learning rate before the schedule's factor.
    pub lr: f64,
    /// Strength of the decay of all parameters, biases included.
    pub weight_decay: f64,
    /// Whether the decay shrinks weights directly (AdamW, arXiv 1711.05101) instead of being added
    /// to the gradient (L2).
    pub decoupled: bool,
    /// How the learning rate changes during the run.
    pub schedule: Schedule,
    /// Decay of the running mean of gradients.
    pub beta1: f64,
    /// Decay of the running mean of squared gradients.
    pub beta2: f64,
    /// Added to the denominator.
    pub eps: f64,
}

impl Optimizer {
    /// Refuses what no optimizer could use.
    ///
    /// # Errors
    /// The first key that is out of its range.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.check_in("optimizer")
    }

    /// The same for another section than `[optimizer]`, where there are several.
    ///
    /// # Errors
    /// As [`Optimizer::check`].
    pub fn check_in(&self, section: &str) -> Result<(), ConfigError> {
        let key = |name: &str| format!("{section}.{name}");
        let Self { lr, weight_decay, decoupled: _, schedule: _, beta1, beta2, eps } = *self;
        let positive = |value: f64| value.is_finite() && value > 0.0;
        // In 32 bits, in which it is used.
        let below_one = |value: f64| (0.0..1.0).contains(&(value as f32));
        require(positive(lr), key("lr"), lr, "a finite number above 0")?;
        require(
            weight_decay.is_finite() && weight_decay >= 0.0,
            key("weight_decay"),
            weight_decay,
            "a finite number, 0 or more",
        )?;
        require(below_one(beta1), key("beta1"), beta1, "a number from 0 to below 1")?;
        require(below_one(beta2), key("beta2"), beta2, "a number from 0 to below 1")?;
        require(positive(eps), key("eps"), eps, "a finite number above 0")
    }

    /// Whether a run of these settings can get more epochs.
    ///
    /// # Errors
    /// When the schedule has led the rate towards the planned end.
    pub(super) fn lengthen(&self) -> Result<(), String> {
        if self.schedule.leads_to_an_end() {
            return Err(format!(
                "optimizer.schedule = \"{}\" has led the learning rate towards the planned end; a \
                 longer run would have had other rates: train a new one",
                self.schedule
            ));
        }
        Ok(())
    }

    /// The options of the tape's Adam.
    pub fn options(&self) -> AdamOptions {
        let Self { lr, weight_decay, decoupled, beta1, beta2, eps, .. } = *self;
        let decay = if decoupled { Decay::Decoupled } else { Decay::Coupled };
        AdamOptions { lr, betas: (beta1, beta2), eps, weight_decay, decay }
    }

    /// The learning rate at `step` (the first is 0) of `steps` in `epoch` (likewise).
    pub fn rate(&self, step: u64, steps: u64, epoch: u64) -> f64 {
        self.lr * self.schedule.factor(step, steps, epoch)
    }
}
