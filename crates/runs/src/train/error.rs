//! Why a run did not end properly.

use std::path::PathBuf;

use crate::audit::AuditError;
use crate::figures::FigureError;
use crate::plan::PlanError;
use crate::run::FileError;
use crate::run::checkpoint::CheckpointError;
use crate::run::jsonl::JsonLinesError;
use crate::state::StateError;
use crate::step::StepError;

/// Why a run did not end properly.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The experiment's stages make no run.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The logs could not be read back.
    #[error(transparent)]
    Logs(#[from] JsonLinesError),
    /// Weights could not be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The state could not be saved.
    #[error(transparent)]
    State(#[from] StateError),
    /// The flow map could not be begun.
    #[error("there can be no flow map")]
    Flow(#[source] Box<AuditError>),
    /// A step could not be made; the state before it is saved.
    #[error(
        "step {step} can't be made; the state before it is saved as {}{}",
        checkpoint.display(), remedy(*step, source)
    )]
    Step {
        /// The step, from 0.
        step: u64,
        /// What was wrong.
        source: Box<StepError>,
        /// The weights before that step.
        checkpoint: PathBuf,
    },
    /// A step could not be made, and then the state before it could not be saved.
    #[error("step {step} can't be made, and the state before it can't be saved: {unsaved}")]
    StepUnsaved {
        /// The step, from 0.
        step: u64,
        /// What was wrong.
        source: Box<StepError>,
        /// Why it was not saved.
        unsaved: Box<TrainError>,
    },
    /// The state can't be saved on the way.
    #[error("the state after step {step} can't be saved; the last checkpoint is {}", checkpoint.display())]
    Unsaved {
        /// The last step, from 0.
        step: u64,
        /// Why not.
        source: StateError,
        /// The weights that were saved last.
        checkpoint: PathBuf,
    },
    /// The experiment's results could not be read back.
    #[error("the experiment's results can't be kept: {reason}")]
    Results {
        /// Why not.
        reason: String,
    },
    /// The weights to begin with are not finite.
    #[error("the state before the first step is not finite: {found}; begin with other weights")]
    Initial {
        /// The first number that is not finite, and where.
        found: String,
    },
    /// An update went beyond the range of f32.
    #[error(
        "after step {step}: {found}, so the update before was beyond what f32 can hold; the last \
         checkpoint is {}, a lower learning rate is the usual remedy", checkpoint.display()
    )]
    Overflow {
        /// The last step, from 0.
        step: u64,
        /// The first number that is not finite, and where.
        found: String,
        /// The weights that were saved last.
        checkpoint: PathBuf,
    },
    /// A probe could not be drawn; the state is saved.
    #[error("the probe after {steps} steps can't be drawn; the state is saved")]
    Probe {
        /// Steps of the run done.
        steps: u64,
        /// Why not.
        source: FigureError,
    },
    /// A figure could not be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
}

/// What usually helps against a loss that was finite once.
fn remedy(step: u64, error: &StepError) -> &'static str {
    let diverged =
        matches!(error, StepError::NonFinite { .. } | StepError::NonFiniteGradient { .. });
    if diverged && step > 0 { "; a lower learning rate is the usual remedy" } else { "" }
}
