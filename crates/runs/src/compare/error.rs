//! Why runs can't be compared, or the comparison can't be written.

use std::path::PathBuf;

use crate::figures::FigureError;

use crate::config::ConfigError;
use crate::run::checkpoint::CheckpointError;
use crate::run::jsonl::JsonLinesError;
use crate::run::{DirectoryError, FileError};

/// Why runs can't be compared, or the comparison can't be written.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// A folder is no run directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A run's configuration is damaged or of another version.
    #[error("the configuration of {} can't be read", run.display())]
    Config {
        /// The run.
        run: PathBuf,
        /// What is wrong.
        source: ConfigError,
    },
    /// A run is of another experiment, or its files have changed.
    #[error("{} can't be compared: {reason}", run.display())]
    Run {
        /// The run.
        run: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A run has not come to its end.
    #[error("{} is not finished: {found}; let it end (`train --resume` goes on with it), or leave it \
         out", run.display())]
    Unfinished {
        /// The run.
        run: PathBuf,
        /// How far it came.
        found: String,
    },
    /// Two runs were judged on different data.
    #[error(
        "{} and {} were made with different data sets: their manifests give different SHA-256 for \
         {file}; compare runs of one data set at a time", first.display(), second.display()
    )]
    OtherData {
        /// A run.
        first: PathBuf,
        /// One with other data.
        second: PathBuf,
        /// The first file that differs.
        file: String,
    },
    /// Two runs are of one experiment, but their numbers are not of the same things.
    #[error("{} and {} can't be compared: {reason}", first.display(), second.display())]
    Different {
        /// A run.
        first: PathBuf,
        /// One that is not judged as it is.
        second: PathBuf,
        /// What differs, and what to do.
        reason: String,
    },
    /// Two runs are the same one.
    #[error(
        "{} and {} have the same configuration and seed {seed}, so they are one run twice and \
         would count as two; give only one of them", first.display(), second.display()
    )]
    Repeated {
        /// A run.
        first: PathBuf,
        /// Its copy.
        second: PathBuf,
        /// The seed of both.
        seed: u64,
    },
    /// The folder for the comparison holds something else.
    #[error(
        "{} is there already and {found}; choose another --out{}", folder.display(),
        if *ours { ", or give --overwrite to replace the comparison in it" } else { "" }
    )]
    Occupied {
        /// The folder.
        folder: PathBuf,
        /// What is there.
        found: String,
        /// Whether it is a comparison and may be replaced when asked.
        ours: bool,
    },
    /// A run's metrics can't be read.
    #[error(transparent)]
    Metrics(#[from] JsonLinesError),
    /// A run's weights can't be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A figure can't be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
}
