//! `train --resume`.

use super::commands::ResumeRequest;
use super::control;
use super::failure::Failure;
use super::go_on::{Gone, go_on};
use crate::experiment::Experiment;
use crate::program::Program;
use crate::run::RunDirectory;

/// Goes on with a run and with its control if it has one, for longer if that is asked for.
pub(super) fn run<E: Experiment>(
    program: &Program,
    request: &ResumeRequest,
) -> Result<(), Failure> {
    let directory = RunDirectory::open_to_change(&request.run)?;
    let Gone { resolved, told } = go_on::<E>(program, request, &directory, &request.run)?;
    control::after::<E>(told, program, directory, &resolved, request)
}
