//! What `sweep` is asked for.

use super::commands::{SweepRequest, SweepTask};
use super::failure::Failure;
use super::sweep_arguments::Sweep;
use crate::sweep::{COPY, SweepFile};

/// What the arguments ask for.
pub(super) fn request(asked: &Sweep) -> Result<SweepRequest, Failure> {
    // The folder of a sweep has a copy of its file.
    let folder = asked.file.is_dir().then_some(&asked.file);
    let path = folder.map_or_else(|| asked.file.clone(), |folder| folder.join(COPY));
    let file = SweepFile::read(&path).map_err(Failure::usage)?;
    let task = if asked.dry_run {
        SweepTask::DryRun
    } else if asked.slurm {
        SweepTask::Slurm(asked.sbatch.clone())
    } else if asked.print_commands {
        SweepTask::PrintCommands
    } else if let Some(name) = &asked.run {
        SweepTask::One(name.clone())
    } else {
        SweepTask::All
    };
    Ok(SweepRequest {
        file,
        out: asked.out.as_ref().or(folder).cloned(),
        data: asked.data.clone(),
        jobs: asked.jobs as usize, // at least 1, by the parser
        flags: asked.machine.flags(),
        task,
    })
}
