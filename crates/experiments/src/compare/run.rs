//! A finished run, as far as a comparison needs it.

use std::path::Path;

use super::CompareError;
use crate::autoencoder::digit_list;
use crate::config::Resolved;
use crate::evaluation::{Evaluation, Halves};
use crate::run::{Manifest, RunDirectory, read_json};

/// A finished run.
#[derive(Clone, Debug)]
pub struct ComparedRun {
    /// Where it is.
    pub directory: RunDirectory,
    /// Configuration and preset.
    pub resolved: Resolved,
    /// What made it.
    pub manifest: Manifest,
    /// Its test errors.
    pub evaluation: Evaluation,
}

impl ComparedRun {
    /// Reads the run in a folder.
    ///
    /// # Errors
    /// When the folder is no run directory, when the run has not come to its
    /// end, and when one of its files is damaged.
    pub fn read(folder: &Path) -> Result<Self, CompareError> {
        let directory = RunDirectory::open(folder)?;
        let config = |source| CompareError::Config { run: folder.to_owned(), source };
        let resolved = Resolved::read(&directory.config()).map_err(config)?;
        let unfinished = |found: String| CompareError::unfinished(folder, found);
        if !directory.manifest().is_file() {
            return Err(unfinished("there is no manifest.json, which is written last".to_owned()));
        }
        let manifest = Manifest::read(&directory.manifest())?;
        let Manifest { steps, steps_planned, .. } = manifest;
        if manifest.interrupted || steps < steps_planned {
            return Err(unfinished(format!("it ended after {steps} of {steps_planned} steps")));
        }
        if !directory.evaluation().is_file() {
            return Err(unfinished("there is no evaluation.json".to_owned()));
        }
        let evaluation = read_json(&directory.evaluation())?;
        Ok(Self { directory, resolved, manifest, evaluation })
    }

    /// Seed of initial weights and shuffling.
    pub fn seed(&self) -> u64 {
        self.resolved.config.train.seed
    }

    /// Refuses a run whose errors are not of the same images or not taken
    /// together in the same groups.
    pub(super) fn check_comparable(&self, other: &ComparedRun) -> Result<(), CompareError> {
        let (first, second) = (self.folder().to_owned(), other.folder().to_owned());
        let (ours, theirs) = (&self.manifest.data.sha256, &other.manifest.data.sha256);
        let names = ours.keys().chain(theirs.keys());
        if let Some(file) = names.into_iter().find(|name| ours.get(*name) != theirs.get(*name)) {
            return Err(CompareError::OtherData { first, second, file: file.clone() });
        }
        if self.evaluation.halves != other.evaluation.halves {
            return Err(CompareError::OtherHalves {
                first,
                first_halves: halves(&self.evaluation.halves),
                second,
                second_halves: halves(&other.evaluation.halves),
            });
        }
        Ok(())
    }

    pub(super) fn folder(&self) -> &Path {
        self.directory.root()
    }
}

fn halves(halves: &Halves) -> String {
    format!("{} (bottom) and {} (top)", digit_list(&halves.bottom), digit_list(&halves.top))
}
