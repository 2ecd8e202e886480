//! `sweep`.

mod cost;
mod dry_run;
mod local;
mod one;
mod plan;
mod submit;

use super::commands::{SweepRequest, SweepTask};
use super::failure::Failure;
use crate::experiment::Experiment;
use crate::program::Program;
use plan::Sweep;

/// Does what is asked about the runs of a sweep. Whatever can be refused is, before anything starts.
pub(super) fn run<E: Experiment>(program: &Program, request: &SweepRequest) -> Result<(), Failure> {
    let mut sweep = Sweep::<E>::plan(program, request)?;
    match &request.task {
        SweepTask::DryRun => dry_run::dry_run(&sweep),
        SweepTask::PrintCommands => submit::print_commands(&mut sweep),
        SweepTask::Slurm(sbatch) => submit::slurm(&mut sweep, sbatch),
        SweepTask::All => local::all(sweep),
        SweepTask::One(_) => local::one(sweep),
    }
}
