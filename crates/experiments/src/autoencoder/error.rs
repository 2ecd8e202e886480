//! Why a step of the autoencoder can't be made.

use gradroute_runs::StepError;

/// What the objective can't compute on a batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectiveError {
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
}

impl From<ObjectiveError> for StepError {
    fn from(error: ObjectiveError) -> Self {
        StepError::experiment(error)
    }
}
