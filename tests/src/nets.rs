//! Two small nets with routes in them, trained here and in PyTorch (`golden/nets.py`) from the same
//! weights and batches: a transformer and a convolutional net.

mod conv_net;
pub mod numbers;
mod transformer;

pub use conv_net::ConvNet;
pub use transformer::Transformer;

use gradroute_tape::optim::{Adam, AdamOptions, Decay, cosine, warm_up};
use gradroute_tape::{Gradients, Graph, Params, Real, Tape, Var};

/// A net and the batches that it is trained on.
pub trait Net<T: Real>: Sized {
    /// Adds all parameters.
    fn new(params: &mut Params<T>) -> Self;

    /// Fills in the batch of a step.
    fn draw(&mut self, step: u64);

    /// Has weights decide from now on what each token of the batch may teach the second block, or what
    /// each image may teach each channel of the second convolution.
    fn weight_updates(&mut self);

    /// The loss of the batch.
    fn loss<'a>(&'a self, g: &Graph<'a, T>) -> Var;
}

/// A net in training: AdamW with a warm-up and a cosine, gradients clipped to norm 1.
pub struct Training<T: Real, N> {
    /// The parameters.
    pub params: Params<T>,
    net: N,
    adam: Adam<T>,
    gradients: Gradients<T>,
    tape: Tape<T>,
}

/// The largest learning rate.
const LR: f64 = 3e-3;
/// Steps of the warm-up, and of the cosine after it.
const WARM_UP: u64 = 5;
const COSINE: u64 = 40;

/// A net with its first weights.
pub fn begin<T: Real, N: Net<T>>() -> (Params<T>, N) {
    let mut params = Params::new();
    let net = N::new(&mut params);
    for (number, id) in params.ids().enumerate() {
        numbers::begin(&mut params, id, number as u32);
    }
    (params, net)
}

impl<T: Real, N: Net<T>> Training<T, N> {
    /// The net with its first weights.
    pub fn new() -> Self {
        let (params, net) = begin();
        let options = AdamOptions {
            betas: (0.9, 0.95),
            weight_decay: 0.1,
            decay: Decay::Decoupled,
            ..AdamOptions::default()
        };
        let (adam, gradients) = (Adam::new(&params, options), Gradients::new(&params));
        Self { params, net, adam, gradients, tape: Tape::new() }
    }

    /// Makes a step and returns its loss.
    pub fn step(&mut self, step: u64) -> f64 {
        self.net.draw(step);
        let g = self.tape.graph(&self.params);
        let loss = self.net.loss(&g);
        g.backward(loss, &mut self.gradients);
        let loss = g.scalar(loss).to_f64();
        drop(g);
        self.gradients.clip(1.0);
        let factor = warm_up(step, WARM_UP) * cosine(step.saturating_sub(WARM_UP), COSINE, 0.1);
        self.adam.set_lr(LR * factor);
        self.adam.step(&mut self.params, &self.gradients).expect("all gradients are there");
        loss
    }
}

impl<T: Real, N: Net<T>> Default for Training<T, N> {
    fn default() -> Self {
        Self::new()
    }
}
