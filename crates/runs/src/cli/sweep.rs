//! `sweep`.

mod cost;
mod dry_run;
mod local;
mod one;
mod plan;
mod submit;
mod swept;

use super::commands::{SweepRequest, SweepTask};
use super::failure::Failure;
use crate::program::Program;
use plan::Sweep;
use swept::Swept;

/// Does what is asked about the runs of a sweep. Whatever can be refused is, before anything starts.
pub(super) fn run(
    swept: &dyn Swept,
    program: &Program,
    request: &SweepRequest,
) -> Result<(), Failure> {
    let mut sweep = Sweep::plan(swept, program, request)?;
    match &request.task {
        SweepTask::DryRun => dry_run::dry_run(&sweep),
        SweepTask::PrintCommands => submit::print_commands(&mut sweep),
        SweepTask::Slurm(sbatch) => submit::slurm(&mut sweep, sbatch),
        SweepTask::All => local::all(sweep),
        SweepTask::One(_) => local::one(sweep),
    }
}
