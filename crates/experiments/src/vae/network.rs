//! Encoder, two heads, decoder.

use gradroute_tape::layers::{Linear, Mlp};
use gradroute_tape::{Graph, Params, Real, Var};

use super::DIGITS;

/// An encoder to ten numbers, two linear heads `mean` and `c` on these, and a decoder. Parameters
/// are named `encoder.0`, `encoder.2`, ..., `mean`, `c`, `decoder.0`, ...; all layers have biases.
#[derive(Clone, Debug)]
pub struct Network {
    encoder: Mlp,
    mean: Linear,
    c: Linear,
    decoder: Mlp,
}

/// What the heads make of a batch, each `[n, 10]`.
#[derive(Clone, Copy, Debug)]
pub struct Heads {
    /// The encoding without noise.
    pub mean: Var,
    /// The factor of the noise, negative or not.
    pub c: Var,
}

impl Network {
    /// Adds the model's parameters for images of `pixels` pixels to `params`.
    ///
    /// # Panics
    /// If a width is 0; the configuration refuses it before.
    pub fn new<T: Real>(
        params: &mut Params<T>,
        pixels: usize,
        hidden: &[usize],
        seed: u64,
    ) -> Self {
        let mut widths = [&[pixels], hidden, &[DIGITS]].concat();
        let encoder = Mlp::new(params, "encoder", &widths, true, seed);
        let mean = Linear::new(params, "mean", DIGITS, DIGITS, true, seed);
        let c = Linear::new(params, "c", DIGITS, DIGITS, true, seed);
        widths.reverse();
        Self { encoder, mean, c, decoder: Mlp::new(params, "decoder", &widths, true, seed) }
    }

    /// Both heads on `pixels` `[n, pixels]` in `[0, 1]`.
    pub fn encode<T: Real>(&self, g: &Graph<'_, T>, pixels: Var) -> Heads {
        let code = self.encoder.forward(g, pixels);
        Heads { mean: self.mean.forward(g, code), c: self.c.forward(g, code) }
    }

    /// Images `[n, pixels]` in `[0, 1]` from encodings `z` `[n, 10]`.
    pub fn decode<T: Real>(&self, g: &Graph<'_, T>, z: Var) -> Var {
        g.sigmoid(self.decoder.forward(g, z))
    }
}

impl Heads {
    /// `relu(mean + c * noise)`, for `noise` `[n, 10]`. With noise that is normal, `c` is the
    /// standard deviation before the ReLU, and not its logarithm as in other VAEs.
    pub fn sample<T: Real>(self, g: &Graph<'_, T>, noise: Var) -> Var {
        g.relu(g.add(self.mean, g.mul(self.c, noise)))
    }
}
