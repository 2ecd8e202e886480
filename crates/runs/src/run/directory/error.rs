//! Why a run directory can't be made or opened.

use std::path::PathBuf;

use crate::run::file_error::FileError;

/// Why a run directory can't be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The folder holds something already.
    #[error(
        "{} is there already and not empty; choose another --out, or give --overwrite to replace \
         the run in it", .0.display()
    )]
    Occupied(PathBuf),
    /// The path is a file.
    #[error("{} is a file; a run needs a folder of its own, choose another --out", .0.display())]
    File(PathBuf),
    /// The folder holds what no run of ours put there.
    #[error(
        "{} will not be overwritten: it {reason}, so it does not look like a run directory; \
         choose another --out, or remove it yourself", folder.display()
    )]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// What does not belong.
        reason: String,
    },
    /// There is no run to open.
    #[error(
        "{} is no run directory: there is no {missing} in it; give the folder that \
         `train` printed at its end", folder.display()
    )]
    NoRun {
        /// The folder.
        folder: PathBuf,
        /// The file that a run directory has.
        missing: &'static str,
    },
    /// No checkpoint of the run is whole.
    #[error(
        "there is nothing in {} to go on from: no checkpoint is whole; to begin anew give --out \
         with this folder and --overwrite", .0.display()
    )]
    NoCheckpoint(PathBuf),
    /// Another process has the lock.
    #[error(
        "another process is working on {}; wait until it has ended, or choose another folder",
        .0.display()
    )]
    Busy(PathBuf),
    /// The system says no.
    #[error(transparent)]
    Io(#[from] FileError),
}
