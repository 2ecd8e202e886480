//! Why there is no sweep.

use std::path::PathBuf;

use crate::config::ConfigError;
use crate::run::FileError;

/// The most runs that a sweep may have.
pub const MOST_RUNS: usize = 10_000;

/// Why a sweep is refused, before anything of it has started.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The file can't be read, or a run's configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A run's configuration is wrong.
    #[error("{origin}: its run {run} is none that could be made")]
    Run {
        /// The file.
        origin: String,
        /// The run.
        run: String,
        /// What is wrong with it.
        source: Box<ConfigError>,
    },
    /// A key has two places.
    #[error("{origin}: `{key}` is set by {first} and by {second}; give one of them")]
    Twice {
        /// The file.
        origin: String,
        /// The key.
        key: String,
        /// Where it is set.
        first: String,
        /// Where else.
        second: String,
    },
    /// There would be more runs than anybody means.
    #[error(
        "{origin} asks for {runs} runs ({factors}), more than the {MOST_RUNS} that a sweep may have; \
         take values away, or make several sweeps of it"
    )]
    TooMany {
        /// The file.
        origin: String,
        /// How many.
        runs: u128,
        /// What they are the product of.
        factors: String,
    },
    /// Two runs are the same.
    #[error(
        "{origin}: two runs would be one: {first} and {second}{}; give each value once",
        if *case { ", which differ in upper and lower case alone, as folders may not" } else { "" }
    )]
    Same {
        /// The file.
        origin: String,
        /// A run.
        first: String,
        /// The other one.
        second: String,
        /// Whether their names differ.
        case: bool,
    },
    /// Two runs differ in nothing that makes them different experiments.
    #[error(
        "{origin}: {first} and {second} differ only in how a run is looked at or saved, so they \
         would be the same run twice; set such keys in [set]"
    )]
    Alike {
        /// The file.
        origin: String,
        /// A run.
        first: String,
        /// The other one.
        second: String,
    },
    /// There is no folder to write to.
    #[error(
        "{origin}: there is no key `out`; expected the folder for all runs, such as out = \"runs/sizes\""
    )]
    NoOut {
        /// The file.
        origin: String,
    },
    /// The folder is no place for a sweep.
    #[error("{} can't be the folder of a sweep: {reason}; choose another `out`", out.display())]
    Out {
        /// The folder.
        out: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Folders of runs hold other runs.
    #[error(
        "in {}, {} what is no run of {origin}:{found}\nNothing was started. Choose another `out`, or \
         remove what is named yourself, to have it made anew",
        out.display(),
        if *count == 1 { "a folder holds".to_owned() } else { format!("{count} folders hold") }
    )]
    Foreign {
        /// The file.
        origin: String,
        /// The folder of the sweep.
        out: PathBuf,
        /// How many folders.
        count: usize,
        /// Some of them, a line each.
        found: String,
    },
    /// There is no run of that name.
    #[error("{origin} has no run `{run}`; {hint}")]
    NoRun {
        /// The file.
        origin: String,
        /// The name.
        run: String,
        /// What it may be.
        hint: String,
    },
    /// A file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}
