//! Checkpoints that a run can go on from.
//!
//! Each consists of three files: the weights, which PyTorch takes as they are; the rest of the
//! state; and the [`Record`], written last, by which the others and the logs are known to be
//! whole. Where it is missing, there is no checkpoint.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use serde_json::{Map, Value};

use super::checkpoint::{self, Checkpoint, CheckpointError, Metadata};
use super::digest::FileDigest;
use super::directory::{DirectoryError, RunDirectory};
use super::disk;
use super::file_error::FileError;
use super::names::listed;
use super::record::{Damage, Origin, Record};
use crate::state::{Entry, FLOW, FromTensors, Layout, Part, Restoring, State, StateError, Writing};

/// How many checkpoints are kept.
pub const KEPT: usize = 2;

/// How many bytes of values a checkpoint can hold: written into the header, they may take twice as
/// many, as quotes and backslashes are escaped there.
const MAX_VALUES: usize = 1 << 25;

/// The key of the state's values in the metadata of the file with the rest of the state.
const VALUES: &str = "values";

/// What shows a state, such as `|state| experiment.state(state)`.
pub type Show<'s> = &'s mut dyn FnMut(&mut State<'_>);

/// A checkpoint that is whole.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What is known of it.
    pub record: Record,
    /// The weights.
    pub weights: Checkpoint,
    /// The rest of the state.
    pub rest: Checkpoint,
}

/// Why a state was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// A file can't be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A value can't be written down.
    #[error(transparent)]
    State(#[from] StateError),
    /// A number is not finite.
    #[error("{0}")]
    NonFinite(String),
}

/// Saves a checkpoint, then removes all but the last [`KEPT`]. `logs` must be on the disk already.
/// Returns the hash of the weights.
///
/// # Errors
/// When a number of the state is not finite, a value can't be written down, or a file can't be
/// written; the checkpoints before it stay.
pub fn save(
    directory: &RunDirectory,
    steps: u64,
    show: Show<'_>,
    origin: Origin,
    logs: impl IntoIterator<Item = (String, FileDigest)>,
) -> Result<String, SaveError> {
    let mut layout = Layout::default();
    State::visit(&mut layout, &mut *show)?;
    if let Some(found) = layout.non_finite {
        return Err(SaveError::NonFinite(found));
    }
    check_size(&layout.values)?;
    let mut metadata = Metadata::from([("steps".to_owned(), steps.into())]);
    let mut part = |path: &Path, part, entries: &[Entry], sha256: &str, metadata: &Metadata| {
        let tensors = entries.iter().map(|entry| (entry.name.as_str(), &entry.shape[..]));
        checkpoint::write(path, tensors, sha256, metadata, &mut |writer| {
            let mut writing = Writing { part, writer, result: Ok(()) };
            State::visit(&mut writing, &mut *show).expect("it was shown without an error before");
            writing.result
        })
    };
    let sha256 = layout.weights.data_sha256();
    let file = directory.checkpoint(steps);
    let weights = part(&file, Part::Weights, &layout.weights.entries, &sha256, &metadata)?;
    metadata.insert(VALUES.to_owned(), Value::Object(parsed(&layout.values)));
    let (file, hash) = (directory.optimizer(steps), layout.rest.data_sha256());
    let rest = part(&file, Part::Rest, &layout.rest.entries, &hash, &metadata)?;

    Record::new(steps, origin, sha256.clone(), weights, rest, logs.into_iter().collect())
        .write(&directory.record(steps))?;
    forget_old(directory)?;
    Ok(sha256)
}

/// Refuses values that the header of a file could not hold.
fn check_size(values: &BTreeMap<String, String>) -> Result<(), StateError> {
    let all: usize = values.values().map(String::len).sum();
    match values.iter().max_by_key(|(_, text)| text.len()) {
        Some((name, text)) if all > MAX_VALUES => Err(StateError::value(
            name,
            format!(
                "it has {} bytes as JSON, and all values together {all}, of which {MAX_VALUES} can \
                 be kept; show large arrays by `tensor`",
                text.len()
            ),
        )),
        _ => Ok(()),
    }
}

fn parsed(values: &BTreeMap<String, String>) -> Map<String, Value> {
    let parse = |text: &String| serde_json::from_str(text).expect("it was written as JSON");
    values.iter().map(|(name, text)| (name.clone(), parse(text))).collect()
}

impl Loaded {
    /// Sets the state that `show` shows to what was saved.
    ///
    /// # Errors
    /// When it has other parts than were saved; the message lists the tensors that differ.
    pub fn restore(&self, show: Show<'_>) -> Result<(), CheckpointError> {
        let Self { record, weights, rest } = self;
        let layout = require(weights, show)?;
        let is_of_flow = |name: &&str| name.starts_with(FLOW);
        let known = layout.rest.entries.iter().map(|e| (e.name.as_str(), &e.shape[..]));
        // What the flow map keeps is for who trains on.
        let of_flow = rest.names().filter(is_of_flow).filter_map(|name| {
            let shown = layout.rest.entries.iter().any(|entry| entry.name == name);
            (!shown).then_some((name, &rest.tensor(name)?.shape[..]))
        });
        rest.require(known.chain(of_flow))?;
        let values: BTreeMap<String, String> = match rest.metadata().get(VALUES) {
            Some(Value::Object(values)) => {
                values.iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
            }
            _ => BTreeMap::new(),
        };
        let unknown =
            |name: &&String| !layout.values.contains_key(*name) && !name.starts_with(FLOW);
        if let Some(name) = values.keys().find(unknown) {
            return Err(rest.does_not_fit(StateError::not_shown(name).to_string()));
        }
        let steps = record.steps;
        let from = match record.is_format_1() {
            true => FromTensors::Format1 { weights, rest, steps },
            false => FromTensors::Whole { weights, rest, values: &values },
        };
        let restored = State::visit(&mut Restoring::new(from), show);
        restored.map_err(|source| rest.does_not_fit(source.to_string()))
    }
}

/// Sets the parameters of the state that `show` shows to those of a checkpoint with the same names
/// and shapes; all else stays.
///
/// # Errors
/// When it holds other tensors, or numbers that are not finite; the parameters stay as they were
/// then.
pub fn take_weights(weights: &Checkpoint, show: Show<'_>) -> Result<(), CheckpointError> {
    require(weights, show)?;
    weights.require_finite()?;
    let restored = State::visit(&mut Restoring::new(FromTensors::Weights(weights)), show);
    restored.map_err(|source| weights.does_not_fit(source.to_string()))
}

/// What the state consists of, whose parameters must be those of the checkpoint.
fn require(weights: &Checkpoint, show: Show<'_>) -> Result<Layout, CheckpointError> {
    let mut layout = Layout::default();
    State::visit(&mut layout, show).map_err(|source| weights.does_not_fit(source.to_string()))?;
    let declared = layout.weights.entries.iter();
    weights.require(declared.map(|entry| (entry.name.as_str(), &entry.shape[..])))?;
    Ok(layout)
}

/// Reads the checkpoint after `steps` steps and holds the logs to its record.
///
/// # Errors
/// When a byte of its files, or of the logs until then, is not as it was, or a number is not finite,
/// which the program's first version would save.
pub fn load(directory: &RunDirectory, steps: u64) -> Result<Loaded, Damage> {
    let record = read_record(directory, steps)?;
    check_logs(directory, &record)?;
    let weights = Checkpoint::load_exactly(&directory.checkpoint(steps), &record.weights)?;
    let rest = Checkpoint::load_exactly(&directory.optimizer(steps), &record.optimizer)?;
    weights.require_finite()?;
    rest.require_finite()?;
    Ok(Loaded { record, weights, rest })
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
    Err(DirectoryError::NoCheckpoint(directory.root().to_owned()))
}

/// The steps of all checkpoints of which some file is there, ascending.
///
/// # Errors
/// When the folder can't be read.
pub fn list(directory: &RunDirectory) -> Result<Vec<u64>, FileError> {
    let mut steps: Vec<u64> =
        listed(&directory.checkpoints())?.iter().filter_map(steps_of).collect();
    steps.sort_unstable();
    steps.dedup();
    Ok(steps)
}

/// Removes what can't be used any more if the run goes on after `steps` steps:
/// later checkpoints, files that were never finished, and what is left of an old checkpoint if the
/// process was ended while it removed that.
///
/// # Errors
/// When the system says no.
pub fn forget_after(directory: &RunDirectory, steps: u64) -> Result<(), FileError> {
    for &later in list(directory)?.iter().filter(|&&other| other > steps) {
        remove(directory, later)?;
    }
    forget_old(directory)?;
    directory.remove_unfinished()
}

/// Removes all checkpoints but the last [`KEPT`].
fn forget_old(directory: &RunDirectory) -> Result<(), FileError> {
    list(directory)?.iter().rev().skip(KEPT).try_for_each(|&steps| remove(directory, steps))
}

/// Removes a checkpoint, its record first.
fn remove(directory: &RunDirectory, steps: u64) -> Result<(), FileError> {
    let files = [directory.record(steps), directory.optimizer(steps), directory.checkpoint(steps)];
    for file in files {
        disk::remove(&file).map_err(FileError::of("remove", &file))?;
    }
    Ok(())
}

fn steps_of(name: &OsString) -> Option<u64> {
    let (digits, ending) = name.to_str()?.strip_prefix("step-")?.split_once('.')?;
    let ours = ["safetensors", "optimizer.safetensors", "json"].contains(&ending)
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    ours.then(|| digits.parse().ok()).flatten()
}
