//! The files that grow with a run.

use std::path::Path;

use serde::Serialize;

use crate::evaluation::{Interim, StageResults};
use crate::flow::FlowLine;
use crate::plan::Plan;
use crate::probe::ProbeLine;
use crate::run::jsonl::JsonLinesWriter;
use crate::run::{FileDigest, FileError, Record, RunDirectory};
use crate::step::{StepLine, StepTiming};

/// The logs of a run, open for writing.
pub(super) struct Logs<R> {
    pub metrics: JsonLinesWriter<StepLine>,
    pub timing: JsonLinesWriter<StepTiming>,
    /// `None` if no stage is evaluated before its end.
    pub epochs: Option<JsonLinesWriter<Interim>>,
    /// `None` if no stage has a flow map.
    pub flow: Option<JsonLinesWriter<FlowLine>>,
    /// `None` if no stage has probes.
    pub probes: Option<JsonLinesWriter<ProbeLine>>,
    /// `None` if there is one stage only.
    pub stages: Option<JsonLinesWriter<StageResults<R>>>,
}

impl<R: Serialize> Logs<R> {
    /// Starts new files, or cuts those that are there back to where they were when `record` was
    /// written.
    ///
    /// # Errors
    /// When one of the new files is there already, when an old one is damaged, and when one can't
    /// be written.
    pub fn open(
        directory: &RunDirectory,
        plan: &Plan,
        record: Option<&Record>,
    ) -> Result<Self, FileError> {
        let evaluates = plan.stages().iter().any(|stage| stage.evaluate_every.is_some());
        let several = plan.stages().len() > 1;
        Ok(Self {
            metrics: log(&directory.metrics(), record)?,
            timing: log(&directory.timing(), record)?,
            epochs: evaluates.then(|| log(&directory.epochs(), record)).transpose()?,
            flow: plan.has_flow_map().then(|| log(&directory.flow(), record)).transpose()?,
            probes: plan.has_probes().then(|| log(&directory.probes(), record)).transpose()?,
            stages: several.then(|| log(&directory.stages(), record)).transpose()?,
        })
    }

    /// Writes the lines that wait.
    ///
    /// # Errors
    /// When a file can't be written.
    pub fn flush(&mut self) -> Result<(), FileError> {
        self.metrics.flush()?;
        self.timing.flush()?;
        self.epochs.as_mut().map_or(Ok(()), JsonLinesWriter::flush)?;
        self.flow.as_mut().map_or(Ok(()), JsonLinesWriter::flush)?;
        self.probes.as_mut().map_or(Ok(()), JsonLinesWriter::flush)?;
        self.stages.as_mut().map_or(Ok(()), JsonLinesWriter::flush)
    }

    /// Waits until everything written is on the disk; returns what is there, by file name.
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
        if let Some(flow) = &mut self.flow {
            flow.sync()?;
            digests.push((name(&directory.flow()), flow.digest()));
        }
        if let Some(probes) = &mut self.probes {
            probes.sync()?;
            digests.push((name(&directory.probes()), probes.digest()));
        }
        if let Some(stages) = &mut self.stages {
            stages.sync()?;
            digests.push((name(&directory.stages()), stages.digest()));
        }
        Ok(digests)
    }
}

fn log<T: Serialize>(
    path: &Path,
    record: Option<&Record>,
) -> Result<JsonLinesWriter<T>, FileError> {
    let Some(record) = record else { return JsonLinesWriter::create(path) };
    let start = record.logs.get(&name(path)).cloned();
    JsonLinesWriter::resume(path, &start.unwrap_or_else(|| FileDigest::of(b"")))
}

/// Logs by file name.
pub(super) type Digests = Vec<(String, FileDigest)>;

fn name(path: &Path) -> String {
    path.file_name().expect("a log has a name").to_string_lossy().into_owned()
}
