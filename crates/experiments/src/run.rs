//! The run directory: everything that a run leaves behind.
//!
//! | file | content |
//! |---|---|
//! | `config.toml` | the resolved configuration ([`crate::config::Resolved`]) |
//! | `metrics.jsonl` | one [`StepLosses`] a line, a step each |
//! | `timing.jsonl` | one [`StepTiming`] a line, apart so that metrics of equal runs are equal bytes |
//! | `epochs.jsonl` | one [`EpochEvaluation`] a line, where `train.eval_every` asks for them |
//! | `checkpoints/` | of the last two checkpoints: weights, optimizer, record ([`saved`]) |
//! | `evaluation.json` | [`crate::evaluation::Evaluation`] |
//! | `figures/`, `report.html` | pictures, and the page with all of them |
//! | `manifest.json` | [`Manifest`]: versions, machine, hashes; written last |
//! | `.lock` | locked by the process that works on the run |

pub mod atomic;
pub mod checkpoint;
mod clock;
mod digest;
mod directory;
mod disk;
pub mod jsonl;
mod lock;
mod machine;
mod manifest;
mod metrics;
mod record;
pub mod saved;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

pub use clock::timestamp;
pub use digest::FileDigest;
pub use directory::{DirectoryError, RunDirectory};
pub use manifest::{DataRecord, Manifest};
pub use metrics::{EpochEvaluation, StepLosses, StepTiming};
pub use record::{Damage, Origin, Record, configuration_sha256};

/// A file that could not be read or written; the source says why.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", path.display())]
pub struct FileError {
    /// What was tried, such as "write".
    pub action: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl FileError {
    /// For `map_err`: turns an I/O error into one that names the file.
    pub fn of(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
        move |source| FileError { action, path: path.to_owned(), source }
    }
}

/// The largest JSON file of a run that is read, in bytes.
const MAX_JSON_BYTES: u64 = 1 << 24;

/// Reads a JSON file of a run, such as `evaluation.json`.
///
/// # Errors
/// When the file can't be read, is larger than any of ours, or its content is
/// no `T`; the source names line and column.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, FileError> {
    let read = || {
        let mut text = Vec::new();
        File::open(path)?.take(MAX_JSON_BYTES + 1).read_to_end(&mut text)?;
        if text.len() as u64 > MAX_JSON_BYTES {
            return Err(io::Error::other(format!("it has more than {MAX_JSON_BYTES} bytes")));
        }
        serde_json::from_slice(&text).map_err(io::Error::from)
    };
    read().map_err(FileError::of("read", path))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
