//! One training step, and everything it owns: model, parameters, tape, optimizer.

use gradroute_tape::optim::{Adam, AdamOptions, Decay, MissingGradient};
use gradroute_tape::{Gradients, Graph, NonFinite, Params, Real, Tape};
use ndarray::ArrayView2;

use crate::config::{self, Config};
use crate::model::Autoencoder;
use crate::objective::{self, Losses};
use crate::routing::MaskTable;

/// A model in training. Generic over the precision: runs train in `f32`, tests compare in `f64`.
pub struct Trainer<T: Real> {
    model: Autoencoder,
    params: Params<T>,
    loss: config::Loss,
    /// `None` if routing is off.
    masks: Option<MaskTable<T>>,
    /// The mask of the batch at hand.
    mask: Vec<T>,
    tape: Tape<T>,
    gradients: Gradients<T>,
    adam: Adam<T>,
}

/// Why a step could not be made. Parameters and optimizer are as they were before it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StepError {
    /// The loss is NaN or infinite.
    #[error(
        "the loss is {loss}: the first value that is not finite came from {origin}; a lower \
         optimizer.lr is the usual remedy, and the weights are still those before this step"
    )]
    NonFinite {
        /// The total loss.
        loss: f64,
        /// The op that produced the first such value.
        origin: NonFinite,
    },
    /// The loss does not depend on some parameter.
    #[error(transparent)]
    MissingGradient(#[from] MissingGradient),
}

impl<T: Real> Trainer<T> {
    /// A fresh model for images of `pixels` pixels; `config.train.seed` decides its weights.
    pub fn new(config: &Config, pixels: usize) -> Self {
        let mut params = Params::new();
        let model = Autoencoder::new(&mut params, pixels, &config.model, config.train.seed);
        let masks =
            config.routing.enabled.then(|| MaskTable::new(&config.routing, config.model.encoding));
        let config::Optimizer { lr, weight_decay, decoupled, beta1, beta2, eps, .. } =
            config.optimizer;
        let decay = if decoupled { Decay::Decoupled } else { Decay::Coupled };
        let options = AdamOptions { lr, betas: (beta1, beta2), eps, weight_decay, decay };
        Self {
            gradients: Gradients::new(&params),
            adam: Adam::new(&params, options),
            tape: Tape::new(),
            loss: config.loss.clone(),
            mask: Vec::new(),
            model,
            params,
            masks,
        }
    }

    /// The model's structure.
    pub fn model(&self) -> &Autoencoder {
        &self.model
    }

    /// The parameters as they are now.
    pub fn params(&self) -> &Params<T> {
        &self.params
    }

    /// The parameters, to set them from a file for instance.
    pub fn params_mut(&mut self) -> &mut Params<T> {
        &mut self.params
    }

    /// The optimizer's state.
    pub fn adam(&self) -> &Adam<T> {
        &self.adam
    }

    /// The optimizer, to set its state.
    pub fn adam_mut(&mut self) -> &mut Adam<T> {
        &mut self.adam
    }

    /// The gradients of the last [`Trainer::differentiate`].
    pub fn gradients(&self) -> &Gradients<T> {
        &self.gradients
    }

    /// Forward and backward on a batch, without an update: `pixels` `[n, pixels]` in `[0, 1]`,
    /// one label below 10 a sample. The gradients can then be looked at.
    ///
    /// # Errors
    /// [`StepError::NonFinite`] if the loss is not finite; no gradients are computed then.
    ///
    /// # Panics
    /// If `pixels` and `labels` don't fit the model or each other.
    pub fn differentiate(&mut self, pixels: &[T], labels: &[u8]) -> Result<Losses<T>, StepError> {
        if let Some(masks) = &self.masks {
            masks.fill(labels, &mut self.mask);
        }
        let g = self.tape.graph(&self.params);
        let pixels = g.samples(rows(pixels, labels.len()));
        let mask = self.masks.is_some().then(|| g.samples(rows(&self.mask, labels.len())));
        let terms = objective::record(&g, &self.model, &self.loss, pixels, mask);
        let losses = terms.values(&g);
        if !losses.total.is_finite()
            && let Some(origin) = g.first_non_finite()
        {
            return Err(StepError::NonFinite { loss: losses.total.to_f64(), origin });
        }
        g.backward(terms.total, &mut self.gradients);
        Ok(losses)
    }

    /// Updates the parameters with the gradients of the last [`Trainer::differentiate`], at
    /// learning rate `lr`.
    ///
    /// # Errors
    /// [`StepError::MissingGradient`] if a parameter received none.
    pub fn update(&mut self, lr: f64) -> Result<(), StepError> {
        self.adam.set_lr(lr);
        Ok(self.adam.step(&mut self.params, &self.gradients)?)
    }

    /// Opens a graph over the parameters as they are, with the model to record on it: for
    /// evaluation, in the memory that training uses.
    pub fn graph(&mut self) -> (Graph<'_, T>, &Autoencoder) {
        (self.tape.graph(&self.params), &self.model)
    }

    /// Bytes that the tape holds for values, then for adjoints.
    pub fn memory(&self) -> (usize, usize) {
        self.tape.memory()
    }
}

/// A flat batch as a matrix of `n` rows.
///
/// # Panics
/// If it can't be cut into `n` rows of equal length.
pub fn rows<T>(flat: &[T], n: usize) -> ArrayView2<'_, T> {
    let columns = flat.len().checked_div(n).unwrap_or(0);
    ArrayView2::from_shape((n, columns), flat)
        .unwrap_or_else(|_| panic!("{} elements are not {n} rows of equal length", flat.len()))
}
