//! A network with what it is trained with.

use gradroute_runs::images::rows;
use gradroute_runs::{Learner, State};
use gradroute_tape::layers::Mlp;
use gradroute_tape::optim::{Adam, AdamOptions, UpdateError};
use gradroute_tape::{Graph, Params, Var};

use super::world::SEEN;

const HIDDEN: usize = 8;

/// Layers, and their parameters with an optimizer of their own.
pub struct Network {
    pub layers: Mlp,
    pub learner: Learner,
}

impl Network {
    pub fn new(name: &str, outputs: usize, options: AdamOptions, seed: u64) -> Self {
        let mut params = Params::new();
        let layers = Mlp::new(&mut params, name, &[SEEN, HIDDEN, outputs], true, seed);
        Self { layers, learner: Learner::new(params, options) }
    }

    pub fn state(&mut self, name: &str, state: &mut State<'_>) {
        self.learner.state(name, state);
    }

    /// Forgets what the optimizer knows, gives it other options, and freezes the first parameter.
    pub fn begin_again(&mut self, options: AdamOptions) {
        let params = &mut self.learner.params;
        self.learner.adam = Adam::new(params, options);
        let first = params.ids().next().expect("a network has parameters");
        params.freeze(first);
    }

    /// An update with the optimizer's own options, whichever stage they are from.
    pub fn update(&mut self) -> Result<(), UpdateError> {
        let Learner { params, adam, gradients, .. } = &mut self.learner;
        adam.step(params, gradients)
    }

    /// The outputs for each row that is seen.
    pub fn outputs(&mut self, seen: &[f32]) -> Vec<f32> {
        let g = self.learner.tape.graph(&self.learner.params);
        let outputs = forward(&self.layers, &g, seen);
        g.value(outputs).to_vec()
    }
}

/// The outputs for each row that is seen, on a graph.
pub fn forward<'a>(layers: &Mlp, g: &Graph<'a, f32>, seen: &'a [f32]) -> Var {
    layers.forward(g, g.samples(rows(seen, seen.len() / SEEN)))
}

/// The place of the largest number, the first of equal ones.
pub fn largest(numbers: &[f32]) -> usize {
    (1..numbers.len()).fold(0, |best, i| if numbers[i] > numbers[best] { i } else { best })
}
