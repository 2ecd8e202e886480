//! Why an audit could not be made.

use crate::state::StateError;
use crate::step::StepError;

/// Why an audit could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The experiment sorts its samples into no groups.
    #[error(
        "this experiment has no groups of samples to audit: implement `Experiment::groups`, and tell \
         the step which sample is of which with `Step::groups`"
    )]
    NoGroups,
    /// The step did not say which sample is of which group.
    #[error(
        "step {step} made a backward pass without having said which sample is of which group: call \
         `Step::groups` before `Step::backward`"
    )]
    Unsorted {
        /// The step.
        step: u64,
    },
    /// The step named a group that there is not.
    #[error("step {step} put sample {sample} into group {group}, but there are {groups}, from 0")]
    Group {
        /// The step.
        step: u64,
        /// The sample.
        sample: usize,
        /// The group's number.
        group: u8,
        /// How many there are.
        groups: usize,
    },
    /// A region that something is declared of does not exist.
    #[error(
        "the experiment's groups name the region `{region}`, and there is none; there are {known}"
    )]
    Region {
        /// Its name.
        region: String,
        /// The regions that there are.
        known: String,
    },
    /// Two regions of one name.
    #[error(
        "two regions are called `{region}`: each needs a name of its own, and that of no layer"
    )]
    Twice {
        /// The name.
        region: String,
    },
    /// Rows that a parameter does not have.
    #[error("the region `{region}` is rows {rows} of `{param}`, which has {found}")]
    Rows {
        /// The region.
        region: String,
        /// The rows that are asked for.
        rows: String,
        /// The parameter.
        param: String,
        /// How many it has.
        found: usize,
    },
    /// A part of a value that it does not have.
    #[error("the region `{region}` is columns {columns} of a value {shape}")]
    Columns {
        /// The region.
        region: String,
        /// The columns that are asked for.
        columns: String,
        /// The value's shape.
        shape: String,
    },
    /// A value has another number of samples than were sorted.
    #[error(
        "step {step} sorted {samples} samples into groups, but {value} has another number of them"
    )]
    Samples {
        /// The step.
        step: u64,
        /// The value: op, source line and shape.
        value: String,
        /// How many samples were sorted.
        samples: usize,
    },
    /// A region on a value that nothing computed.
    #[error(
        "the region `{region}` is on an input or a parameter; name the result of an op, or the parameter \
         by its own name"
    )]
    Leaf {
        /// The region.
        region: String,
    },
    /// A step without a backward pass.
    #[error(
        "step {step} made no backward pass through `Step::backward`: there is nothing to audit"
    )]
    NoPass {
        /// The step.
        step: u64,
    },
    /// The step could not be made.
    #[error("step {step} could not be made")]
    Step {
        /// The step.
        step: u64,
        /// Why.
        source: Box<StepError>,
    },
    /// The state could not be looked at.
    #[error(transparent)]
    State(#[from] StateError),
}

impl AuditError {
    /// Why a step could not be made, or not audited.
    pub(crate) fn of_step(step: u64, source: StepError) -> Self {
        let other = |source| AuditError::Step { step, source: Box::new(source) };
        match source {
            StepError::Experiment(error) => match error.downcast::<AuditError>() {
                Ok(own) => *own,
                Err(error) => other(StepError::Experiment(error)),
            },
            source => other(source),
        }
    }
}
