//! A run from where it starts to its end.

use std::path::Path;

use super::failure::Failure;
use super::summary::conclude;
use crate::config::Resolved;
use crate::experiment::Experiment;
use crate::inputs::Inputs;
use crate::interrupt;
use crate::program::Program;
use crate::run::RunDirectory;
use crate::train::{self, Job, Start, StepsTo};

/// Whether a run's end was told, and the signal by which the run was told to end, if one came.
pub(super) type Told = Result<(), Failure>;

/// Trains on these data, shown on the terminal and ended by signals, until the end; then tells what
/// came of it. `train --resume resumed` would go on with the run.
pub(super) fn to_end<E: Experiment>(
    program: &Program,
    resolved: &Resolved<E::Config>,
    (data, inputs): &(E::Data, Inputs),
    directory: &RunDirectory,
    start: Start<'_>,
    check_every_op: bool,
    resumed: &Path,
) -> Result<Told, Failure> {
    let stop = &interrupt::install()?;
    let steps_to = StepsTo::User;
    let outcome = train::run::<E>(Job {
        program,
        resolved,
        data,
        inputs,
        directory,
        start,
        stop,
        check_every_op,
        steps_to,
    })?;
    Ok(conclude(program.name, directory, &outcome, stop, resumed))
}
