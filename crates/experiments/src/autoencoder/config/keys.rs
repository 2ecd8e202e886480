//! The keys of the configuration.

use gradroute_runs::config::{Data, Optimizer, Train};
use serde::{Deserialize, Serialize};

use super::loss::{Loss, Routing};

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

impl Config {
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
}
