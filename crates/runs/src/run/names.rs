//! What the files of a run are called.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::atomic::TEMPORARY_PREFIX;
use super::disk;
use super::file_error::FileError;
use super::lock::LOCK;

pub(crate) const CONFIG: &str = "config.toml";
pub(super) const METRICS: &str = "metrics.jsonl";
pub(super) const TIMING: &str = "timing.jsonl";
pub(super) const EPOCHS: &str = "epochs.jsonl";
pub(super) const STAGES: &str = "stages.jsonl";
pub(super) const FLOW: &str = "flow.jsonl";
pub(super) const PROBES: &str = "probes.jsonl";
pub(crate) const EVALUATION: &str = "evaluation.json";
pub(super) const MANIFEST: &str = "manifest.json";
pub(crate) const FIGURES: &str = "figures";
pub(crate) const REPORT: &str = "report.html";
pub(super) const CHECKPOINTS: &str = "checkpoints";
pub(super) const CONTROL: &str = "control";

/// Files that grow with a run.
pub(super) const LOGS: [&str; 6] = [METRICS, TIMING, EPOCHS, STAGES, FLOW, PROBES];

/// Everything that a run leaves.
pub(super) const OURS: [&str; 14] = [
    LOCK,
    CONFIG,
    METRICS,
    TIMING,
    EPOCHS,
    STAGES,
    FLOW,
    PROBES,
    EVALUATION,
    MANIFEST,
    FIGURES,
    REPORT,
    CHECKPOINTS,
    CONTROL,
];

/// Whether a file of this name was never finished.
pub(super) fn is_unfinished(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with(TEMPORARY_PREFIX)
}

/// Removes the files in a folder that were being written when a process was ended, a minute ago or
/// more: younger ones may be another's that is at it.
pub(crate) fn remove_unfinished(folder: &Path) -> Result<(), FileError> {
    let is_old = |file: &Path| {
        let data = fs::symlink_metadata(file).ok().filter(fs::Metadata::is_file);
        let age = data.and_then(|data| data.modified().ok()?.elapsed().ok());
        age.is_some_and(|age| age > Duration::from_secs(60))
    };
    for name in listed(folder)?.iter().filter(|name| is_unfinished(name)) {
        let file = folder.join(name);
        if is_old(&file) {
            disk::remove(&file).map_err(FileError::of("remove", &file))?;
        }
    }
    Ok(())
}

/// The names in a folder; none if there is no such folder.
pub(super) fn listed(folder: &Path) -> Result<Vec<OsString>, FileError> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries
            .and_then(|list| list.map(|entry| Ok(entry?.file_name())).collect())
            .map_err(FileError::of("list", folder)),
    }
}
