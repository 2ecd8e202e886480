//! The configuration of the label-routed VAE.

use gradroute_runs::config::{
    ConfigError, Data, Optimizer, Settings, Train, require, require_parameters, require_widths,
};
use serde::{Deserialize, Serialize};

use super::DIGITS;

/// Everything that decides a run's numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Sizes of the networks.
    pub model: Model,
    /// Batches, epochs and the seed.
    pub train: Train,
    /// Which samples are used.
    pub data: Data,
    /// Adam and its learning rate.
    pub optimizer: Optimizer,
    /// The weights of the terms.
    pub loss: Loss,
    /// Whose gradients are routed.
    pub routing: Routing,
}

/// Sizes of encoder and decoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Widths of the encoder's hidden layers, from the pixels inwards; the decoder has them in
    /// reverse.
    pub hidden: Vec<usize>,
}

/// The terms of the loss and their weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    /// Weight of the squared distance of an image and its reconstruction, mean over the batch.
    pub reconstruction: f64,
    /// Weight of the mean over samples and dims of mean^2 + exp(c) - c.
    pub penalty: f64,
}

/// Whose gradients are routed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    /// Whether the reconstruction of a digit teaches its own dim only; if not, all dims.
    pub enabled: bool,
}

impl Settings for Config {
    const LENGTH_KEY: Option<&'static str> = Some("train.epochs");

    fn seed(&self) -> u64 {
        self.train.seed
    }

    fn check(&self) -> Result<(), ConfigError> {
        let Self { model, train, data: _, optimizer, loss, routing: _ } = self;
        require_widths("model.hidden", &model.hidden)?;
        train.check()?;
        optimizer.check()?;
        let Loss { reconstruction, penalty } = *loss;
        require(
            reconstruction.is_finite() && reconstruction > 0.0,
            "loss.reconstruction",
            reconstruction,
            "a finite number above 0, or nothing would train the decoder",
        )?;
        require(
            penalty.is_finite() && penalty >= 0.0,
            "loss.penalty",
            penalty,
            "a finite number, 0 or more",
        )
    }

    fn control(&self) -> Option<Self> {
        let routing = Routing { enabled: false };
        self.routing.enabled.then(|| Self { routing, ..self.clone() })
    }

    fn control_of(&self) -> Option<Self> {
        let routing = Routing { enabled: true };
        (!self.routing.enabled).then(|| Self { routing, ..self.clone() })
    }

    fn lengthen(&self, longer: &Self) -> Result<(), String> {
        self.train.lengthen(&longer.train, &self.optimizer)
    }
}

impl Config {
    /// Parameters of the model for images of `pixels` pixels.
    pub fn parameters(&self, pixels: usize) -> u64 {
        let widths = || [pixels].into_iter().chain(self.model.hidden.iter().copied());
        let widths: Vec<u64> = widths().chain([DIGITS]).map(|width| width as u64).collect();
        let encoder = widths.windows(2).map(|w| (w[0] + 1).saturating_mul(w[1]));
        let decoder = widths.windows(2).map(|w| (w[1] + 1).saturating_mul(w[0]));
        let heads = (2 * (DIGITS + 1) * DIGITS) as u64;
        encoder.chain(decoder).fold(heads, u64::saturating_add)
    }

    /// Refuses a model for images of `pixels` pixels that has too many parameters.
    ///
    /// # Errors
    /// When it has.
    pub fn check_size(&self, pixels: usize) -> Result<(), ConfigError> {
        require_parameters("model.hidden", &self.model.hidden, self.parameters(pixels))
    }
}
