//! The arguments of `sweep`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::machine::Machine;
use super::whole::at_least;

/// Make the runs that a sweep file asks for and that are not made yet
///
/// Each run has a folder of its own in the sweep's, named by what tells it from
/// the others. A run that is finished is left as it is, one that was begun goes
/// on, and one that fails does not stop the others: it is named at the end, and
/// the status is 1. Started again, the same command makes what is missing.
#[derive(Args, Debug)]
pub(super) struct Sweep {
    /// Sweep file, such as crates/experiments/sweeps/encoding-size.toml, or the folder of a sweep
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
