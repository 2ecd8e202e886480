//! `sweep.json`: the runs of a sweep and how far each is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wanted::Wanted;
use crate::program::Program;
use crate::run::{FileError, Manifest, atomic, read_json, wait_for_lock};

/// The copy of its file in the folder of a sweep.
pub(crate) const COPY: &str = "sweep.toml";

/// The file in the folder of a sweep.
pub const LIST: &str = "sweep.json";

/// How many letters of an error are kept: a list of the most runs must stay short enough to be read.
const LONGEST_ERROR: usize = 300;

/// How far a run is, as the list has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Nothing of it is there.
    Waiting,
    /// It has a checkpoint to go on from, or is at work.
    Begun,
    /// It has made all its steps and is judged.
    Finished,
    /// It ended with an error.
    Failed,
}

/// A run of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedRun {
    /// Its folder within that of the sweep.
    pub name: String,
    /// The preset that it starts from, where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Its seed.
    pub seed: u64,
    /// The values that tell it from others of the sweep, by key.
    pub swept: BTreeMap<String, Value>,
    /// How far it is.
    pub state: RunState,
    /// Steps that it has made, once it is finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// The hash of its weights, once it is finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights_sha256: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl ListedRun {
    /// A run of which nothing is known yet.
    pub fn new(run: &Wanted) -> Self {
        let value = |value| serde_json::to_value(value).unwrap_or_default();
        Self {
            name: run.name.clone(),
            preset: run.preset.clone(),
            seed: run.seed,
            swept: run.swept.iter().map(|(key, v)| (key.clone(), value(v))).collect(),
            state: RunState::Waiting,
            steps: None,
            weights_sha256: None,
            error: None,
        }
    }

    /// The same run in another state.
    #[must_use]
    pub fn in_state(&self, state: RunState) -> Self {
        Self { state, steps: None, weights_sha256: None, error: None, ..self.clone() }
    }

    /// The same run, finished.
    #[must_use]
    pub fn finished(&self, manifest: &Manifest) -> Self {
        let (steps, weights_sha256) = (Some(manifest.steps), Some(manifest.weights_sha256.clone()));
        Self { steps, weights_sha256, ..self.in_state(RunState::Finished) }
    }

    /// The same run, failed.
    #[must_use]
    pub fn failed(&self, error: &str) -> Self {
        let mut error = error.to_owned();
        if let Some((end, _)) = error.char_indices().nth(LONGEST_ERROR) {
            error.truncate(end);
            error.push_str(" ...");
        }
        Self { error: Some(error), ..self.in_state(RunState::Failed) }
    }
}

/// The content of `sweep.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepList {
    /// The program that makes the runs.
    pub program: String,
    /// Its version.
    pub version: String,
    /// The experiment.
    pub experiment: String,
    /// What the sweep is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The runs, in the order of the sweep file.
    pub runs: Vec<ListedRun>,
}

impl SweepList {
    /// A list of these runs.
    pub fn new(
        program: &Program,
        experiment: &str,
        description: Option<String>,
        runs: Vec<ListedRun>,
    ) -> Self {
        let (program, version) = (program.name.to_owned(), program.version.to_owned());
        Self { program, version, experiment: experiment.to_owned(), description, runs }
    }

    /// Where it is in the folder of a sweep.
    pub fn file(out: &Path) -> PathBuf {
        out.join(LIST)
    }

    /// Reads the list in the folder of a sweep.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn read(out: &Path) -> Result<Self, FileError> {
        read_json(&Self::file(out))
    }

    /// Keeps other processes from writing the list until it is dropped.
    pub(crate) fn lock(out: &Path) -> impl Sized + use<> {
        wait_for_lock(out)
    }

    /// Writes the list, under its lock.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self, out: &Path) -> Result<(), FileError> {
        // A place that can't be written to any more is fine if there is nothing new.
        if Self::read(out).is_ok_and(|there| there == *self) {
            return Ok(());
        }
        atomic::write_json(&Self::file(out), self)
    }

    /// Takes over what the file says of all runs but those in `own`: other processes, as the tasks
    /// of a cluster are, write it too.
    pub(crate) fn take_others(&mut self, out: &Path, own: &BTreeSet<usize>) {
        let Ok(there) = Self::read(out) else { return };
        let mut there: BTreeMap<String, ListedRun> =
            there.runs.into_iter().map(|run| (run.name.clone(), run)).collect();
        for (index, run) in self.runs.iter_mut().enumerate() {
            if own.contains(&index) {
                continue;
            }
            // It may have had another meaning by the sweep file of then.
            let known = |run: &ListedRun| run.in_state(RunState::Waiting);
            if let Some(found) = there.remove(&run.name).filter(|found| known(found) == known(run))
            {
                *run = found;
            }
        }
    }
}
