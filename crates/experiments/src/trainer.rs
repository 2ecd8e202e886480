//! One training step, and everything it owns: model, parameters, tape, optimizer.

use gradroute_tape::optim::{Adam, AdamOptions, Decay, MissingGradient};
use gradroute_tape::{Gradients, Graph, NonFinite, Params, Real, Tape};
use ndarray::ArrayView2;

use crate::config::{self, Config};
use crate::model::Autoencoder;
use crate::objective::{Losses, Objective};

/// A model in training. Generic over the precision: runs train in `f32`, tests compare in `f64`.
pub struct Trainer<T: Real> {
    model: Autoencoder,
    params: Params<T>,
    objective: Objective<T>,
    tape: Tape<T>,
    gradients: Gradients<T>,
    adam: Adam<T>,
    checks_every_op: bool,
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
    /// A dim of the encoding has no correlation with others, because it does not vary.
    #[error(
        "dim {dim} of the encoding is the same for all {samples} samples of the batch, or as good \
         as that, so its correlation with other dims does not exist; loss.correlation=0 does \
         without it, a lower optimizer.lr or optimizer.weight_decay may keep the dim alive"
    )]
    ConstantDim {
        /// The dim, from 0.
        dim: usize,
        /// Samples in the batch.
        samples: usize,
    },
    /// One sample has no correlation.
    #[error(
        "a batch of one sample has no correlation between dims; choose a train.batch that leaves \
         no such rest of the training set, or set loss.correlation=0"
    )]
    OneSample,
    /// A gradient is NaN, infinite, or too large for the optimizer.
    #[error(
        "the loss is {loss}, but a gradient is not finite or above 2^63: going backward, first \
         that of {origin}; a lower optimizer.lr is the usual remedy, and the weights are still \
         those before this step"
    )]
    NonFiniteGradient {
        /// The total loss.
        loss: f64,
        /// The op with the first such gradient.
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
        let config::Optimizer { lr, weight_decay, decoupled, beta1, beta2, eps, .. } =
            config.optimizer;
        let decay = if decoupled { Decay::Decoupled } else { Decay::Coupled };
        let options = AdamOptions { lr, betas: (beta1, beta2), eps, weight_decay, decay };
        Self {
            gradients: Gradients::new(&params),
            adam: Adam::new(&params, options),
            tape: Tape::new(),
            objective: Objective::new(config),
            model,
            params,
            checks_every_op: false,
        }
    }

    /// Whether each step looks at every value and every gradient of every op for one that is not
    /// finite, for debugging, instead of only at the loss and the gradients of parameters.
    pub fn check_every_op(&mut self, check: bool) {
        self.checks_every_op = check;
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

    /// Sets the share of samples that are routed from now on, for partial routing by a schedule.
    pub fn route_share(&mut self, share: f64) {
        self.objective.route_share(share);
    }

    /// Forward and backward on a batch, without an update: `pixels` `[n, pixels]` in `[0, 1]`,
    /// one label below 10 a sample. The gradients can then be looked at.
    ///
    /// # Errors
    /// [`StepError::NonFinite`] or [`StepError::ConstantDim`] if the loss is not finite,
    /// [`StepError::OneSample`] if there is a correlation term and one sample; no gradients are
    /// computed then.
    /// [`StepError::NonFiniteGradient`] if a gradient is not finite.
    ///
    /// # Panics
    /// If `pixels` and `labels` don't fit the model or each other, or if there are none.
    pub fn differentiate(&mut self, pixels: &[T], labels: &[u8]) -> Result<Losses<T>, StepError> {
        if self.objective.correlates() && labels.len() == 1 {
            return Err(StepError::OneSample);
        }
        self.objective.take(labels, self.adam.steps());
        let g = self.tape.graph(&self.params);
        let pixels = g.samples(rows(pixels, labels.len()));
        let terms = self.objective.record(&g, &self.model, pixels);
        let losses = terms.values(&g);
        if !losses.total.is_finite()
            && let Some(dim) = terms.constant_dim(&g)
        {
            return Err(StepError::ConstantDim { dim, samples: labels.len() });
        }
        let loss = losses.total.to_f64();
        if (self.checks_every_op || !losses.total.is_finite())
            && let Some(origin) = g.first_non_finite()
        {
            return Err(StepError::NonFinite { loss, origin });
        }
        let (total, gradients) = (terms.terms.total, &mut self.gradients);
        // Looking at the parameters' gradients is enough to see that one went wrong: a value that
        // is not finite is a factor of some weight's gradient, and even 0 times it is NaN.
        if !self.checks_every_op {
            g.backward(total, gradients);
            if gradients.are_usable() {
                return Ok(losses);
            }
        }
        match g.first_non_finite_gradient(total, gradients) {
            Some(origin) => Err(StepError::NonFiniteGradient { loss, origin }),
            None => Ok(losses),
        }
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
