//! A run in the list of runs.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::end;
use crate::config::{FileLayer, keys};
use crate::evaluation::Measures;
use crate::run::{DirectoryError, Manifest, Origin, RunDirectory, is_held, read_json, saved};
use crate::step::StepLine;

/// How a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// A process works on it.
    Running,
    /// All steps are made.
    Finished,
    /// It was asked to end early, or made for fewer steps than it is now to have.
    Ended,
    /// It ended without saying so: killed, or failed.
    Stalled,
}

/// What the list says of a run.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub name: String,
    pub experiment: String,
    pub preset: Option<String>,
    pub seed: Option<i64>,
    pub state: State,
    /// Steps made, as far as the log says.
    pub steps: u64,
    /// `None` before the first checkpoint of a run, and in old ones.
    pub steps_planned: Option<u64>,
    /// After how many steps it was resumed.
    pub resumed: Vec<u64>,
    pub started: Option<String>,
    pub measures: Measures,
    /// Its settings by key, as they are written.
    pub settings: BTreeMap<String, String>,
    /// What of it can't be read.
    pub problem: Option<String>,
}

/// Its measures alone, whatever the experiment's results are.
#[derive(serde::Deserialize)]
struct Judged {
    #[serde(default)]
    measures: Measures,
}

impl Row {
    /// Reads what the run in a folder says of itself. One from before there were several experiments does
    /// not say which it is of: it is of `first`.
    ///
    /// # Errors
    /// When it is no run.
    pub fn read(name: &str, folder: &Path, first: &str) -> Result<Self, DirectoryError> {
        let run = RunDirectory::open(folder)?;
        let mut problem = None;
        let layer = FileLayer::read(&run.config()).map_err(|error| error.to_string());
        let layer = layer.map_err(|error| problem = Some(error)).ok();
        let file = run.manifest();
        let manifest = file.is_file().then(|| Manifest::read(&file)).and_then(|read| {
            read.map_err(|error| problem = Some(format!("{error}: {}", error.source))).ok()
        });
        let settings = layer.as_ref().map(|layer| keys(&layer.table)).unwrap_or_default();
        let seed = settings.iter().find_map(|(key, value)| match key.as_str() {
            "train.seed" | "run.seed" => value.as_integer(),
            _ => None,
        });
        let evaluation = run.evaluation();
        let judged: Option<Judged> =
            evaluation.is_file().then(|| read_json(&evaluation)).and_then(|read| {
                read.map_err(|error| problem = Some(format!("{error}: {}", error.source))).ok()
            });
        let last = || end::lines::<StepLine>(&run.metrics()).last().map_or(0, |line| line.step + 1);
        let state = match &manifest {
            _ if is_held(folder) => State::Running,
            Some(manifest) if manifest.is_complete() => State::Finished,
            Some(_) => State::Ended,
            None => State::Stalled,
        };
        // A run that has not ended says the same in its last checkpoint.
        let (steps_planned, resumed, started) = match &manifest {
            Some(m) => (Some(m.steps_planned), m.resumed.clone(), Some(m.started.clone())),
            None => last_origin(&run).map_or((None, Vec::new(), None), |origin| {
                (origin.steps_planned, origin.resumed, Some(origin.started))
            }),
        };
        let experiment = layer.as_ref().and_then(|layer| layer.experiment.clone());
        Ok(Self {
            name: name.to_owned(),
            experiment: experiment.unwrap_or_else(|| first.to_owned()),
            preset: layer.and_then(|layer| layer.preset),
            seed,
            state,
            steps: manifest.as_ref().map_or_else(last, |manifest| manifest.steps),
            steps_planned,
            resumed,
            started,
            settings: settings.into_iter().map(|(key, value)| (key, value.to_string())).collect(),
            measures: judged.map_or_else(Measures::default, |judged| judged.measures),
            problem,
        })
    }
}

/// What the newest checkpoint that can be read says of the run.
fn last_origin(run: &RunDirectory) -> Option<Origin> {
    let saved = saved::list(run).ok()?;
    saved.iter().rev().find_map(|&steps| Some(saved::read_record(run, steps).ok()?.origin))
}
