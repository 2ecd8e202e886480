//! The files that grow with a run.

use std::path::Path;

use crate::run::jsonl::JsonLinesWriter;
use crate::run::{
    EpochEvaluation, FileDigest, FileError, Record, RunDirectory, StepLosses, StepTiming,
};

/// The logs of a run, open for writing.
pub(super) struct Logs {
    pub metrics: JsonLinesWriter<StepLosses>,
    pub timing: JsonLinesWriter<StepTiming>,
    /// `None` if the run evaluates at its end only.
    pub epochs: Option<JsonLinesWriter<EpochEvaluation>>,
}

impl Logs {
    /// Starts new files; with `evaluates` those of evaluations too.
    ///
    /// # Errors
    /// When one is there already or can't be made.
    pub fn create(directory: &RunDirectory, evaluates: bool) -> Result<Self, FileError> {
        Ok(Self {
            metrics: JsonLinesWriter::create(&directory.metrics())?,
            timing: JsonLinesWriter::create(&directory.timing())?,
            epochs: evaluates.then(|| JsonLinesWriter::create(&directory.epochs())).transpose()?,
        })
    }

    /// Cuts the files back to where they were when `record` was written.
    ///
    /// # Errors
    /// When one is damaged or can't be written.
    pub fn resume(
        directory: &RunDirectory,
        record: &Record,
        evaluates: bool,
    ) -> Result<Self, FileError> {
        let start = |path: &Path| {
            let recorded = record.logs.get(&name(path)).cloned();
            recorded.unwrap_or_else(|| FileDigest::of(b""))
        };
        let (metrics, timing, epochs) =
            (directory.metrics(), directory.timing(), directory.epochs());
        Ok(Self {
            metrics: JsonLinesWriter::resume(&metrics, &start(&metrics))?,
            timing: JsonLinesWriter::resume(&timing, &start(&timing))?,
            epochs: evaluates
                .then(|| JsonLinesWriter::resume(&epochs, &start(&epochs)))
                .transpose()?,
        })
    }

    /// Waits until everything written is on the disk; returns what is there, by
    /// file name.
    ///
    /// # Errors
    /// When the system reports a failure.
    pub fn sync(&mut self, directory: &RunDirectory) -> Result<Digests, FileError> {
        self.metrics.sync()?;
        self.timing.sync()?;
        let mut digests = vec![
            (name(&directory.metrics()), self.metrics.digest()),
            (name(&directory.timing()), self.timing.digest()),
        ];
        if let Some(epochs) = &mut self.epochs {
            epochs.sync()?;
            digests.push((name(&directory.epochs()), epochs.digest()));
        }
        Ok(digests)
    }
}

/// Logs by file name.
pub(super) type Digests = Vec<(String, FileDigest)>;

fn name(path: &Path) -> String {
    path.file_name().expect("a log has a name").to_string_lossy().into_owned()
}
