//! Why a checkpoint can't be used.

use std::path::PathBuf;

use crate::run::file_error::FileError;

/// Why a checkpoint can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is no whole safetensors file.
    #[error(
        "{}, byte {offset}: {field} is {found}, expected {expected}; the file is damaged or no \
         safetensors file of f32 tensors", file.display()
    )]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Where.
        offset: u64,
        /// What is there.
        field: String,
        /// Its value.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// The tensors are not those of the model.
    #[error("{} does not fit the model: {differences}; {advice}", file.display())]
    Mismatch {
        /// The file.
        file: PathBuf,
        /// Names that are missing, not expected, or of another shape or type.
        differences: String,
        /// What to do.
        advice: String,
    },
    /// A weight is no number to begin with.
    #[error(
        "{}: {tensor}[{index}] is {value}; expected finite numbers, so take a checkpoint from before \
         the training that made it went wrong", file.display()
    )]
    NonFinite {
        /// The file.
        file: PathBuf,
        /// The tensor.
        tensor: String,
        /// Where in it, the last axis fastest.
        index: usize,
        /// What is there.
        value: f32,
    },
}
