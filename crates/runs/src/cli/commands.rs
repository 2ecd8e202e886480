//! What the command line asks of an experiment, once it is known of which.

use std::path::PathBuf;

use super::arguments::Format;
use super::graph_format::GraphFormat;
use crate::config::Request;
use crate::sweep::SweepFile;

/// `train`.
#[derive(Clone, Debug)]
pub(super) struct TrainRequest {
    pub request: Request,
    pub init: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub out: Option<PathBuf>,
    pub overwrite: bool,
    pub with_control: bool,
    pub check_finite: bool,
}

/// `train --resume`.
#[derive(Clone, Debug)]
pub(super) struct ResumeRequest {
    pub run: PathBuf,
    /// The new value of the key that makes a run longer, as given to `--epochs`.
    pub epochs: Option<i64>,
    pub data: Option<PathBuf>,
    pub check_finite: bool,
}

/// `evaluate` and `figures`.
#[derive(Clone, Debug)]
pub(super) struct SavedRequest {
    pub run: PathBuf,
    pub data: Option<PathBuf>,
    /// The folder that is written to, if not the run's.
    pub out: Option<PathBuf>,
    pub overwrite: bool,
}

/// `verify`.
#[derive(Clone, Debug)]
pub(super) struct VerifyRequest {
    pub run: PathBuf,
    pub against: Option<PathBuf>,
    pub data: Option<PathBuf>,
}

/// Which step a command looks at.
#[derive(Clone, Debug)]
pub(super) struct PlaceRequest {
    /// The run, if it is not of fresh weights.
    pub run: Option<PathBuf>,
    /// The configuration; that of the run is its file.
    pub request: Request,
    pub at: Option<u64>,
    pub data: Option<PathBuf>,
    /// Whether notes on it were told already: several configurations may be looked at there.
    pub told: bool,
}

/// `audit`.
#[derive(Clone, Debug)]
pub(super) struct AuditRequest {
    pub place: PlaceRequest,
    pub steps: u64,
    pub json: Option<PathBuf>,
    pub heat_map: Option<PathBuf>,
    pub assert_no_leak: bool,
    pub expect: Option<PathBuf>,
}

/// `graph`.
#[derive(Clone, Debug)]
pub(super) struct GraphRequest {
    pub place: PlaceRequest,
    /// The batch, where it was not said.
    pub batch_by_default: Option<i64>,
    /// Settings that differ, each a variant.
    pub variants: Vec<Variant>,
    pub format: GraphFormat,
    pub out: Option<PathBuf>,
}

/// A variant: how it was written, and the settings in that, each `key=value`.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    pub name: String,
    pub set: Vec<String>,
}

/// `compare`.
#[derive(Clone, Debug)]
pub(super) struct CompareRequest {
    pub runs: Vec<PathBuf>,
    /// Keys that a sweep varies.
    pub swept: Vec<String>,
    /// Keys over whose values measures are wanted, if not the swept ones.
    pub over: Vec<String>,
    pub format: Format,
    pub tables: Vec<String>,
    pub out: Option<PathBuf>,
    pub overwrite: bool,
    pub data: Option<PathBuf>,
}

/// `sweep`.
#[derive(Clone, Debug)]
pub(super) struct SweepRequest {
    pub file: SweepFile,
    /// The folder of the sweep, if not by the file.
    pub out: Option<PathBuf>,
    pub data: Option<PathBuf>,
    /// How many runs are made side by side.
    pub jobs: usize,
    /// Flags about the machine, for the commands of single runs.
    pub flags: Vec<String>,
    pub task: SweepTask,
}

/// What is to be done about the runs of a sweep.
#[derive(Clone, Debug)]
pub(super) enum SweepTask {
    /// All are made that are missing.
    All,
    /// This one is made.
    One(String),
    /// They are counted and measured.
    DryRun,
    /// They are submitted, with these arguments for sbatch.
    Slurm(Vec<String>),
    /// Their commands are printed.
    PrintCommands,
}
