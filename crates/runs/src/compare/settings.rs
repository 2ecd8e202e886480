//! Which runs are of one setting, and what a setting is called.

use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Value;

use super::error::CompareError;
use super::run::{ComparedRun, read};
use crate::config::{self, Keys, Preset, Settings};
use crate::evaluation::{Evaluation, Measure, StageResults};
use crate::statistics::Estimate;

/// Keys that don't make two runs different experiments: the seed, because runs
/// of one setting differ in it, and what only looks at a run or saves it.
const NOT_THE_EXPERIMENT: [&str; 3] = ["train.seed", "train.eval_every", "train.checkpoint_every"];

/// Settings side by side, all of one experiment and on one data set.
#[derive(Clone, Debug)]
pub struct Comparison<C, R> {
    /// The settings, in the order of their presets and within one as given.
    pub settings: Vec<Setting<C, R>>,
    /// What all settings change in their presets, as `key=value`.
    pub shared_changes: Vec<String>,
    /// The experiment's presets.
    pub presets: &'static [Preset],
    /// The experiment's [`measures`](crate::Experiment::measures).
    pub measures: fn(&R, &[StageResults<R>]) -> Vec<Measure>,
}

/// Runs that differ in their seed only.
#[derive(Clone, Debug)]
pub struct Setting<C, R> {
    /// The preset, and the keys that tell this setting from the others.
    pub name: String,
    /// The preset that the runs started from.
    pub preset: String,
    /// What the preset is for, in a line, if it still exists.
    pub description: Option<String>,
    /// What the setting changes in its preset, as `key=value`, without what
    /// all settings change in the same way.
    pub changes: Vec<String>,
    /// The runs, by seed.
    pub runs: Vec<ComparedRun<C, R>>,
}

impl<C: Settings, R: DeserializeOwned> Comparison<C, R> {
    /// Reads the runs of an experiment and sorts them into settings.
    ///
    /// # Errors
    /// When a folder holds no finished run of it, when runs are on different data, and when one is
    /// given twice.
    ///
    /// # Panics
    /// When there is no folder.
    pub fn read<P: AsRef<Path>>(
        experiment: &'static str,
        presets: &'static [Preset],
        measures: fn(&R, &[StageResults<R>]) -> Vec<Measure>,
        folders: &[P],
    ) -> Result<Self, CompareError> {
        let runs = folders.iter().map(|folder| read(experiment, presets, folder.as_ref()));
        let runs = runs.collect::<Result<Vec<_>, _>>()?;
        let (first, others) = runs.split_first().expect("a comparison needs a run");
        others.iter().try_for_each(|other| first.check_data(other))?;
        let (settings, shared_changes) = group(runs, presets)?;
        Ok(Self { settings, shared_changes, presets, measures })
    }
}

impl<C, R> Comparison<C, R> {
    /// The first run.
    pub fn first(&self) -> &ComparedRun<C, R> {
        &self.settings[0].runs[0]
    }

    /// The measures of a run.
    pub fn measures_of(&self, run: &ComparedRun<C, R>) -> Vec<Measure> {
        (self.measures)(&run.evaluation.results, &run.evaluation.earlier)
    }
}

impl<C: Settings, R> Setting<C, R> {
    /// A quantity over the runs.
    pub fn estimate(&self, quantity: impl Fn(&Evaluation<R>) -> f64) -> Estimate {
        Estimate::over_runs(self.runs.iter().map(|run| quantity(&run.evaluation)).collect())
    }

    /// The seeds, ascending, as a reader would list them.
    pub fn seeds(&self) -> String {
        let seeds: Vec<String> = self.runs.iter().map(|run| run.seed().to_string()).collect();
        seeds.join(", ")
    }
}

/// Sorts runs into settings, in the order of their presets and within one as they first come, and
/// says which changes of their presets all of them share.
#[allow(clippy::type_complexity, reason = "a pair that is taken apart at once")]
fn group<C: Settings, R>(
    runs: Vec<ComparedRun<C, R>>,
    presets: &'static [Preset],
) -> Result<(Vec<Setting<C, R>>, Vec<String>), CompareError> {
    let mut groups: Vec<(Keys, Vec<ComparedRun<C, R>>)> = Vec::new();
    for run in runs {
        let changes = changes(&run, presets);
        let preset = &run.resolved.preset;
        match groups
            .iter_mut()
            .find(|(keys, others)| *keys == changes && others[0].resolved.preset == *preset)
        {
            Some((_, others)) => {
                refuse_copy(others, &run)?;
                others.push(run);
            }
            None => groups.push((changes, vec![run])),
        }
    }
    let mut shared = groups.first().map_or_else(Keys::new, |(keys, _)| keys.clone());
    shared.retain(|key, value| groups.iter().all(|(keys, _)| keys.get(key) == Some(value)));
    let of_name = |name: &str| presets.iter().find(|preset| preset.name == name);
    let settings = groups.into_iter().map(|(keys, mut runs)| {
        runs.sort_by_key(ComparedRun::seed);
        let own = keys.into_iter().filter(|(key, _)| !shared.contains_key(key));
        let changes = texts(own);
        let preset = runs[0].resolved.preset.clone();
        let name = std::iter::once(preset.as_str()).chain(changes.iter().map(String::as_str));
        let name = name.collect::<Vec<_>>().join(", ");
        let description = of_name(&preset).and_then(|preset| preset.description().ok());
        Setting { name, preset, description, changes, runs }
    });
    let mut settings: Vec<Setting<C, R>> = settings.collect();
    // A shell lists folders by name; presets have an order that means something.
    settings.sort_by_key(|setting| presets.iter().position(|p| p.name == setting.preset));
    Ok((settings, texts(shared.into_iter())))
}

fn refuse_copy<C: Settings, R>(
    others: &[ComparedRun<C, R>],
    run: &ComparedRun<C, R>,
) -> Result<(), CompareError> {
    match others.iter().find(|other| other.seed() == run.seed()) {
        None => Ok(()),
        Some(other) => Err(CompareError::Repeated {
            first: other.folder().to_owned(),
            second: run.folder().to_owned(),
            seed: run.seed(),
        }),
    }
}

/// What a run's configuration changes in its preset, and the file that gave its initial weights if
/// one did. A key that the preset has and the run leaves out has no value to show.
fn changes<C: Settings, R>(run: &ComparedRun<C, R>, presets: &'static [Preset]) -> Keys {
    let mut keys = config::keys(&run.resolved.config);
    let preset = config::config_of::<C>(presets, &run.resolved.preset);
    let preset = preset.map_or_else(|_| Keys::new(), |preset| config::keys(&preset));
    for key in preset.keys() {
        keys.entry(key.clone()).or_insert_with(|| Value::String("none".to_owned()));
    }
    keys.retain(|key, value| {
        preset.get(key) != Some(value) && !NOT_THE_EXPERIMENT.contains(&key.as_str())
    });
    if let Some(file) = &run.manifest.init {
        keys.insert("initial weights".to_owned(), Value::String(file.clone()));
    }
    keys
}

fn texts(keys: impl Iterator<Item = (String, Value)>) -> Vec<String> {
    keys.map(|(key, value)| format!("{key}={value}")).collect()
}
