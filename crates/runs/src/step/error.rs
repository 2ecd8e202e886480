//! Why a step could not be made.

use gradroute_tape::NonFinite;
use gradroute_tape::optim::UpdateError;

/// Why a step could not be made. Parameters and optimizers must be as they were before it.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The loss is NaN or infinite.
    #[error(
        "the loss is {loss:?}: the first value that is not finite came from {origin}; the weights \
         are still those before this step"
    )]
    NonFinite {
        /// The total loss.
        loss: f64,
        /// The op that produced the first such value.
        origin: NonFinite,
    },
    /// A gradient is NaN, infinite, or too large for the optimizer.
    #[error(
        "the loss is {loss:?}, but a gradient is not finite or above 2^63: going backward, first \
         that of {origin}; the weights are still those before this step"
    )]
    NonFiniteGradient {
        /// The total loss.
        loss: f64,
        /// The op with the first such gradient.
        origin: NonFinite,
    },
    /// The optimizer made no step: the loss does not depend on some parameter, for instance.
    #[error(transparent)]
    Update(#[from] UpdateError),
    /// What the experiment itself says.
    #[error(transparent)]
    Experiment(Box<dyn std::error::Error + Send + Sync>),
}

impl StepError {
    /// For `map_err` and `return Err(..)`: an error of the experiment's own.
    pub fn experiment(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        StepError::Experiment(error.into())
    }
}
