//! The keys of the configuration.

use gradroute_runs::Stage;
use gradroute_runs::config::{ConfigError, Optimizer, Settings, require};
use gradroute_tape::optim::{AdamOptions, Decay};
use serde::{Deserialize, Serialize};

/// Everything that decides a run's numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub train: Train,
    pub optimizer: Optimizer,
    pub relearn: Relearn,
    pub world: WorldRules,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Train {
    pub seed: u64,
    /// Epochs of the stage "learn".
    pub epochs: u64,
    pub steps_per_epoch: u64,
    /// Steps of the stage "relearn", which is left out without the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relearn_steps: Option<u64>,
    /// Steps between evaluations, in both stages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eval_every: Option<u64>,
    /// Steps between probes, in both stages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe_every: Option<u64>,
    /// Steps between checkpoints, in both stages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint_every: Option<u64>,
}

/// The policy's optimizer in the stage "relearn".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relearn {
    pub lr: f64,
    pub beta1: f64,
    pub beta2: f64,
    pub weight_decay: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorldRules {
    /// How often a walker does not go where it wants to.
    pub slip: f64,
}

impl Train {
    pub fn stages(&self) -> Vec<Stage> {
        let stage = |name, steps, epoch| Stage {
            epoch,
            evaluate_every: self.eval_every,
            probe_every: self.probe_every,
            checkpoint_every: self.checkpoint_every,
            ..Stage::new(name, steps)
        };
        let epoch = Some(self.steps_per_epoch);
        let learn = stage("learn", self.epochs * self.steps_per_epoch, epoch);
        let relearn = self.relearn_steps.map(|steps| stage("relearn", steps, None));
        [learn].into_iter().chain(relearn).collect()
    }
}

impl Relearn {
    pub fn options(&self) -> AdamOptions {
        let Self { lr, beta1, beta2, weight_decay } = *self;
        let (betas, decay) = ((beta1, beta2), Decay::Decoupled);
        AdamOptions { lr, betas, weight_decay, decay, ..AdamOptions::default() }
    }
}

impl Settings for Config {
    const LENGTH_KEY: Option<&'static str> = Some("train.epochs");

    fn seed(&self) -> u64 {
        self.train.seed
    }

    fn check(&self) -> Result<(), ConfigError> {
        let Train { epochs, steps_per_epoch, .. } = self.train;
        require(epochs > 0, "train.epochs", epochs, "at least 1")?;
        require(steps_per_epoch > 0, "train.steps_per_epoch", steps_per_epoch, "at least 1")?;
        self.optimizer.check()?;
        let slip = self.world.slip;
        require((0.0..=1.0).contains(&slip), "world.slip", slip, "a number from 0 to 1")
    }

    fn lengthen(&self, longer: &Self) -> Result<(), String> {
        let (before, after) = (self.train.epochs, longer.train.epochs);
        if after < before {
            return Err(format!("the run was begun with {before}; it can only get more"));
        }
        Ok(())
    }
}
