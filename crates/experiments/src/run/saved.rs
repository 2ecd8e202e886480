//! Checkpoints that a run can go on from.
//!
//! Each consists of three files: the weights, which PyTorch takes as they are;
//! the optimizer's state; and the [`Record`], written last, by which the others
//! and the logs are known to be whole. Where it is missing, there is no
//! checkpoint.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use super::checkpoint::{self, Checkpoint, Metadata, NamedTensor};
use super::digest::FileDigest;
use super::directory::names;
use super::record::{Damage, Origin, Record};
use super::{DirectoryError, FileError, RunDirectory, disk};

/// How many checkpoints are kept.
pub const KEPT: usize = 2;

/// The state of a run after some steps.
#[derive(Clone, Copy, Debug)]
pub struct State<'a> {
    /// Steps done.
    pub steps: u64,
    /// The weights, in declared order.
    pub weights: &'a [NamedTensor<'a>],
    /// The optimizer's state.
    pub optimizer: &'a [NamedTensor<'a>],
}

/// A checkpoint that is whole.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What is known of it.
    pub record: Record,
    /// The weights.
    pub weights: Checkpoint,
    /// The optimizer's state.
    pub optimizer: Checkpoint,
}

/// Saves a checkpoint, then removes all but the last [`KEPT`]. `logs` must be on
/// the disk already. Returns the hash of the weights.
///
/// # Errors
/// When a file can't be written; the checkpoints before it stay.
pub fn save(
    directory: &RunDirectory,
    state: State<'_>,
    origin: Origin,
    logs: impl IntoIterator<Item = (String, FileDigest)>,
) -> Result<String, FileError> {
    let State { steps, weights, optimizer } = state;
    let metadata = Metadata::from([("steps".to_owned(), steps.into())]);
    let weights = checkpoint::save(&directory.checkpoint(steps), weights, &metadata)?;
    let optimizer = checkpoint::save(&directory.optimizer(steps), optimizer, &metadata)?;
    let sha256 = weights.data_sha256.clone();
    let logs = logs.into_iter().collect();
    Record::new(steps, origin, weights.data_sha256, weights.file, optimizer.file, logs)
        .write(&directory.record(steps))?;
    let all = list(directory)?;
    for &steps in all.iter().rev().skip(KEPT) {
        remove(directory, steps)?;
    }
    Ok(sha256)
}

/// Reads the checkpoint after `steps` steps and holds the logs to its record.
///
/// # Errors
/// When a byte of its files, or of the logs until then, is not as it was.
pub fn load(directory: &RunDirectory, steps: u64) -> Result<Loaded, Damage> {
    let record = read_record(directory, steps)?;
    check_logs(directory, &record)?;
    let weights = Checkpoint::load_exactly(&directory.checkpoint(steps), &record.weights)?;
    let optimizer = Checkpoint::load_exactly(&directory.optimizer(steps), &record.optimizer)?;
    Ok(Loaded { record, weights, optimizer })
}

/// Reads the record of the checkpoint after `steps` steps.
///
/// # Errors
/// When it is damaged or of other steps.
pub fn read_record(directory: &RunDirectory, steps: u64) -> Result<Record, Damage> {
    let file = directory.record(steps);
    let record = Record::read(&file)?;
    if record.steps != steps {
        let (found, expected) = (record.steps.to_string(), format!("{steps}, as its name says"));
        return Err(Damage::Differs { file, what: "its number of steps", found, expected });
    }
    Ok(record)
}

/// Compares the beginnings of the logs with what they were.
///
/// # Errors
/// When one is shorter or has another content.
pub fn check_logs(directory: &RunDirectory, record: &Record) -> Result<(), Damage> {
    for (name, expected) in &record.logs {
        let Some(file) = directory.log(name) else {
            return Err(Damage::Differs {
                file: directory.record(record.steps),
                what: "the name of a log",
                found: format!("`{name}`"),
                expected: "a log of a run".to_owned(),
            });
        };
        if expected.bytes == 0 && !file.exists() {
            continue;
        }
        let found = FileDigest::of_start(&file, expected.bytes)?;
        if found != *expected {
            let text = |digest: &FileDigest| format!("{} bytes, {}", digest.bytes, digest.sha256);
            return Err(Damage::Differs {
                file,
                what: "its beginning, as length and SHA-256,",
                found: text(&found),
                expected: format!(
                    "{} by {}",
                    text(expected),
                    directory.record(record.steps).display()
                ),
            });
        }
    }
    Ok(())
}

/// Reads the newest checkpoint that is whole, and tells `skipped` of those that
/// are not.
///
/// # Errors
/// When there is none.
pub fn newest(
    directory: &RunDirectory,
    mut skipped: impl FnMut(Damage),
) -> Result<Loaded, DirectoryError> {
    for &steps in list(directory)?.iter().rev() {
        match load(directory, steps) {
            Ok(loaded) => return Ok(loaded),
            Err(damage) => skipped(damage),
        }
    }
    Err(DirectoryError::NothingToResume(directory.root().to_owned()))
}

/// The steps of all checkpoints of which some file is there, ascending.
///
/// # Errors
/// When the folder can't be read.
pub fn list(directory: &RunDirectory) -> Result<Vec<u64>, FileError> {
    let mut steps: Vec<u64> = entries(directory)?.iter().filter_map(steps_of).collect();
    steps.sort_unstable();
    steps.dedup();
    Ok(steps)
}

/// Removes what can't be used any more if the run goes on after `steps` steps:
/// later checkpoints, and files that were never finished.
///
/// # Errors
/// When the system says no.
pub fn forget_after(directory: &RunDirectory, steps: u64) -> Result<(), FileError> {
    for &later in list(directory)?.iter().filter(|&&other| other > steps) {
        remove(directory, later)?;
    }
    directory.remove_unfinished()
}

/// Removes a checkpoint, its record first.
fn remove(directory: &RunDirectory, steps: u64) -> Result<(), FileError> {
    let files = [directory.record(steps), directory.optimizer(steps), directory.checkpoint(steps)];
    for file in files {
        disk::remove(&file).map_err(FileError::of("remove", &file))?;
    }
    Ok(())
}

fn entries(directory: &RunDirectory) -> Result<Vec<OsString>, FileError> {
    let folder: PathBuf = directory.checkpoints();
    match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        other => names(other, &folder),
    }
}

fn steps_of(name: &OsString) -> Option<u64> {
    let (digits, ending) = name.to_str()?.strip_prefix("step-")?.split_once('.')?;
    let ours = ["safetensors", "optimizer.safetensors", "json"].contains(&ending)
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    ours.then(|| digits.parse().ok()).flatten()
}
