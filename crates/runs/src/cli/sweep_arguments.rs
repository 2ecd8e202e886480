//! The arguments of `sweep`.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::{Args, ValueHint};

use super::commands::{SweepRequest, SweepTask};
use super::failure::Failure;
use super::machine::Machine;
use super::whole::at_least;
use crate::sweep::SweepFile;

/// Make the runs that a sweep file asks for and that are not made yet
///
/// Each run has a folder of its own in the sweep's, named by what tells it from
/// the others. A run that is finished is left as it is, one that was begun goes
/// on, and one that fails does not stop the others: it is named at the end, and
/// the status is 1. Started again, the same command makes what is missing.
#[derive(Args, Debug)]
pub(super) struct Sweep {
    /// Sweep file, such as crates/experiments/sweeps/encoding-size.toml
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// Runs that are made side by side, the processors shared out among them
    #[arg(long, value_name = "K", default_value = "1", value_parser = at_least::<1>)]
    #[arg(conflicts_with_all = ["slurm", "print_commands", "run"])]
    pub jobs: i64,

    /// Say how many runs there are, how far they are, and what time and disk they need; start none
    #[arg(long, conflicts_with_all = ["slurm", "print_commands", "run"])]
    pub dry_run: bool,

    /// Submit the missing runs to Slurm as a job array; what follows `--` is given to sbatch
    #[arg(long, conflicts_with_all = ["print_commands", "run"])]
    pub slurm: bool,

    /// Print a command for each missing run, for GNU parallel or HyperQueue
    #[arg(long, conflicts_with = "run")]
    pub print_commands: bool,

    /// Make this run alone
    #[arg(long, value_name = "NAME")]
    pub run: Option<String>,

    /// Folder of the sweep, instead of the file's `out`
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,

    /// Where the data are [default: where the experiment finds them by itself]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,

    /// Arguments of sbatch, such as --partition=long --cpus-per-task=8
    #[arg(last = true, requires = "slurm", value_name = "SBATCH")]
    pub sbatch: Vec<String>,

    #[command(flatten)]
    pub machine: Machine,
}

impl Sweep {
    /// What is asked for.
    pub fn request(&self) -> Result<SweepRequest, Failure> {
        // The folder of a sweep has a copy of its file.
        let path = match self.file.is_dir() {
            true => self.file.join(COPY),
            false => self.file.clone(),
        };
        let file = SweepFile::read(&path).map_err(Failure::usage)?;
        let task = if self.dry_run {
            SweepTask::DryRun
        } else if self.slurm {
            SweepTask::Slurm(self.sbatch.clone())
        } else if self.print_commands {
            SweepTask::PrintCommands
        } else if let Some(name) = &self.run {
            SweepTask::One(name.clone())
        } else {
            SweepTask::All
        };
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Failure::usage(anyhow!("cannot read {}: {error}", path.display())))?;
        let own = |folder: &Path| self.file.is_dir().then(|| folder.to_owned());
        Ok(SweepRequest {
            file,
            text,
            out: self.out.clone().or_else(|| own(&self.file)),
            data: self.data.clone(),
            jobs: self.jobs as usize, // at least 1, by the parser
            flags: self.machine.flags(),
            task,
        })
    }
}

/// The copy of its file in the folder of a sweep.
pub(super) const COPY: &str = "sweep.toml";
