//! A finished run, as far as a comparison needs it.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::error::CompareError;
use crate::config::{self, ConfigError, Preset, Resolved, Settings};
use crate::evaluation::Evaluation;
use crate::run::{CONFIG, EVALUATION, Manifest, RunDirectory, read_json};

/// A finished run of an experiment with configuration `C` and results `R`.
#[derive(Clone, Debug)]
pub struct ComparedRun<C, R> {
    /// Where it is.
    pub directory: RunDirectory,
    /// Configuration and preset.
    pub resolved: Resolved<C>,
    /// What made it.
    pub manifest: Manifest,
    /// How it was judged.
    pub evaluation: Evaluation<R>,
}

/// Reads the run of `experiment` in a folder.
///
/// # Errors
/// When the folder is no run directory, when the run is of another experiment or has not come to
/// its end, and when one of its files is damaged.
pub fn read<C: Settings, R: DeserializeOwned>(
    experiment: &'static str,
    presets: &'static [Preset],
    folder: &Path,
) -> Result<ComparedRun<C, R>, CompareError> {
    let directory = RunDirectory::open(folder)?;
    let config = |source| match source {
        ConfigError::Experiment { found, .. } => CompareError::Run {
            run: folder.to_owned(),
            reason: format!(
                "it is of the experiment `{found}`, the first run of `{experiment}`; compare runs \
                 of one experiment at a time"
            ),
        },
        source => CompareError::Config { run: folder.to_owned(), source },
    };
    let resolved = config::read(experiment, presets, &directory.config()).map_err(config)?;
    let unfinished = |found: String| CompareError::Unfinished { run: folder.to_owned(), found };
    if !directory.manifest().is_file() {
        return Err(unfinished("there is no manifest.json, which is written last".to_owned()));
    }
    let manifest = Manifest::read(&directory.manifest())?;
    let Manifest { steps, steps_planned, .. } = manifest;
    if !manifest.is_complete() {
        return Err(unfinished(format!("it ended after {steps} of {steps_planned} steps")));
    }
    if !directory.evaluation().is_file() {
        return Err(unfinished("there is no evaluation.json".to_owned()));
    }
    // What was changed since is no result of the run.
    manifest.require(&directory, CONFIG)?;
    manifest.require(&directory, EVALUATION)?;
    let evaluation = read_json(&directory.evaluation())?;
    Ok(ComparedRun { directory, resolved, manifest, evaluation })
}

impl<C: Settings, R> ComparedRun<C, R> {
    /// What everything random was drawn from.
    pub fn seed(&self) -> u64 {
        self.resolved.config.seed()
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.directory.root()
    }

    /// Refuses a run that was judged on other data.
    pub(super) fn check_data(&self, other: &Self) -> Result<(), CompareError> {
        let (ours, theirs) = (&self.manifest.data, &other.manifest.data);
        match ours.first_difference(theirs) {
            None => Ok(()),
            Some((file, _)) => Err(CompareError::OtherData {
                first: self.folder().to_owned(),
                second: other.folder().to_owned(),
                file: file.to_owned(),
            }),
        }
    }
}
