//! The typed configuration of a run, and how it comes about.
//!
//! A configuration starts as a preset, is changed by a TOML file, then by
//! `key=value` overrides, then by command-line flags; see [`resolve`]. Keys that
//! don't exist are refused by name. The result is written into the run
//! directory as `config.toml`, which `--config` takes again.

mod error;
mod merge;
mod objective;
mod resolve;
mod schedule;
mod validate;

use serde::{Deserialize, Serialize};

pub use error::ConfigError;
pub(crate) use merge::{merge, nearest};
pub use objective::{Loss, MeanOver, Routing};
pub use resolve::{Override, Request, Resolved, resolve};
pub(crate) use resolve::{parse, take_text};
pub use schedule::Schedule;

/// The most parameters that a model may have. Training holds four numbers for
/// each, so this is 4 GiB.
pub const MAX_PARAMETERS: u64 = 1 << 28;

/// Everything that decides a run's numbers. Threads and instruction set are not
/// here, because they don't.
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
    /// The terms of the loss and their weights.
    pub loss: Loss,
    /// The digits of each half, and whose gradients are routed.
    pub routing: Routing,
}

/// Sizes of encoder, decoder and certificates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Widths of the encoder's hidden layers, from the pixels inwards; the
    /// decoder and the certificates have them in reverse.
    pub hidden: Vec<usize>,
    /// Dims of the encoding; even, as each half is as wide as the other.
    pub encoding: usize,
    /// Whether the term `bad` has a decoder of its own; else one decoder serves all terms.
    pub separate_decoders: bool,
}

/// Batches, epochs and the seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Train {
    /// Samples a step; the last batch of an epoch may be shorter.
    pub batch: usize,
    /// Passes over the training set.
    pub epochs: usize,
    /// Stop after so many steps even if epochs remain; 0 for no such limit.
    pub steps: usize,
    /// Decides initial weights and shuffling.
    pub seed: u64,
    /// Whether each epoch takes the samples in a new order; if not, file order.
    pub shuffle: bool,
    /// Epochs between evaluations on the test set; 0 for only at the end.
    pub eval_every: usize,
    /// Epochs between checkpoints; 0 for only at the beginning and the end.
    pub checkpoint_every: usize,
}

/// Which samples are used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Only the first so many training images; 0 for all.
    pub limit: usize,
}

/// Adam (Kingma and Ba 2014, arXiv 1412.6980) in PyTorch's form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Optimizer {
    /// Learning rate before the schedule's factor.
    pub lr: f64,
    /// Strength of the decay of all parameters, biases included.
    pub weight_decay: f64,
    /// Whether the decay shrinks weights directly (AdamW, arXiv 1711.05101)
    /// instead of being added to the gradient (L2).
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

impl Config {
    /// The configuration as TOML, in the order of the structs.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a configuration holds only what TOML can")
    }

    /// Parameters of the model for images of `pixels` pixels: encoder, one or
    /// two decoders and two certificates, all with biases but the encoder's
    /// last layer.
    pub fn parameters(&self, pixels: usize) -> u64 {
        let Model { hidden, encoding, separate_decoders } = &self.model;
        let network = |code: usize| -> u64 {
            let widths: Vec<u64> =
                [pixels].iter().chain(hidden).chain([&code]).map(|&width| width as u64).collect();
            widths
                .windows(2)
                .map(|pair| pair[0].saturating_mul(pair[1]))
                .fold(0, u64::saturating_add)
        };
        let of_hidden: u64 = hidden.iter().map(|&width| width as u64).sum();
        let decoders = 1 + u64::from(*separate_decoders);
        let whole = network(*encoding).saturating_mul(1 + decoders);
        let halves = network(encoding / 2).saturating_mul(2);
        let biases = (3 + decoders) * of_hidden + (2 + decoders) * pixels as u64;
        whole.saturating_add(halves).saturating_add(biases)
    }

    /// Refuses a model for images of `pixels` pixels that has more parameters
    /// than [`MAX_PARAMETERS`].
    ///
    /// # Errors
    /// When it has.
    pub fn check_size(&self, pixels: usize) -> Result<(), ConfigError> {
        let parameters = self.parameters(pixels);
        if parameters <= MAX_PARAMETERS {
            return Ok(());
        }
        Err(ConfigError::Range {
            key: "model.hidden",
            found: format!("{:?}, which makes {parameters} parameters", self.model.hidden),
            expected: format!("at most {MAX_PARAMETERS}; make the layers narrower"),
        })
    }

    /// Total steps of a run over `samples` training samples: all batches of all
    /// epochs, or `train.steps` if that is less and not 0.
    pub fn total_steps(&self, samples: usize) -> u64 {
        let whole = self.train.epochs as u64 * self.steps_per_epoch(samples);
        match self.train.steps as u64 {
            0 => whole,
            limit => limit.min(whole),
        }
    }

    /// Batches in one epoch over `samples` training samples, the short last one
    /// included.
    pub fn steps_per_epoch(&self, samples: usize) -> u64 {
        samples.div_ceil(self.train.batch) as u64
    }
}

#[cfg(test)]
mod tests;
