//! Which runs are of one setting, and what a setting is called.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::error::CompareError;
use super::run::{ComparedRun, read};
use crate::config::{Change, Preset, Settings, changes, the_experiment};
use crate::evaluation::{Evaluation, Measure, StageResults};
use crate::statistics::Estimate;

/// What runs of one setting change in their preset, by key.
type Changes = BTreeMap<String, Change>;

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
    /// What the setting changes in its preset, by key.
    pub changes: Vec<Change>,
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
    let mut groups: Vec<(Changes, Vec<ComparedRun<C, R>>)> = Vec::new();
    for run in runs {
        let changes = changes_of(&run, presets);
        let preset = &run.resolved.preset;
        match groups
            .iter_mut()
            .find(|(others, runs)| *others == changes && runs[0].resolved.preset == *preset)
        {
            Some((_, runs)) => {
                refuse_copy(runs, &run)?;
                runs.push(run);
            }
            None => groups.push((changes, vec![run])),
        }
    }
    let mut shared = groups.first().map_or_else(Changes::new, |(changes, _)| changes.clone());
    // Their presets may have other values.
    let same = |changes: &Changes, change: &Change| {
        changes.get(&change.key).is_some_and(|other| other.value == change.value)
    };
    shared.retain(|_, change| groups.iter().all(|(changes, _)| same(changes, change)));
    let of_name = |name: &str| presets.iter().find(|preset| preset.name == name);
    let settings = groups.into_iter().map(|(changes, mut runs)| {
        runs.sort_by_key(ComparedRun::seed);
        let changes: Vec<Change> = changes.into_values().collect();
        let own = texts(changes.iter().filter(|change| !shared.contains_key(&change.key)));
        let preset = runs[0].resolved.preset.clone();
        let name = std::iter::once(preset.as_str()).chain(own.iter().map(String::as_str));
        let name = name.collect::<Vec<_>>().join(", ");
        let description = of_name(&preset).and_then(|preset| preset.description().ok());
        Setting { name, preset, description, changes, runs }
    });
    let mut settings: Vec<Setting<C, R>> = settings.collect();
    // A shell lists folders by name; presets have an order that means something.
    settings.sort_by_key(|setting| presets.iter().position(|p| p.name == setting.preset));
    Ok((beside_their_controls(settings), texts(shared.values())))
}

/// Each control behind the setting that it is one of, where that is there, and named so.
fn beside_their_controls<C: Settings, R>(settings: Vec<Setting<C, R>>) -> Vec<Setting<C, R>> {
    let of = |config: &C| the_experiment(config);
    let configs: Vec<_> = settings.iter().map(|s| of(&s.runs[0].resolved.config)).collect();
    let controls: Vec<_> =
        settings.iter().map(|s| Some(of(&s.runs[0].resolved.config.control()?))).collect();
    let meant = |setting: &Setting<C, R>| {
        let own = &setting.runs[0].resolved.config;
        let (meant, own) = (own.control_of().map(|meant| of(&meant)), Some(of(own)));
        let by_itself = configs.iter().position(|config| Some(config) == meant.as_ref());
        by_itself.or_else(|| controls.iter().position(|control| *control == own))
    };
    let owners: Vec<Option<usize>> = settings.iter().map(meant).collect();
    let names: Vec<String> = settings.iter().map(|setting| setting.name.clone()).collect();
    let mut placed: Vec<(usize, bool, Setting<C, R>)> = settings
        .into_iter()
        .zip(&owners)
        .enumerate()
        .map(|(i, (mut setting, owner))| {
            if let Some(owner) = owner {
                setting.name = format!("{} (control of {})", setting.name, names[*owner]);
            }
            (owner.unwrap_or(i), owner.is_some(), setting)
        })
        .collect();
    placed.sort_by_key(|(place, is_control, _)| (*place, *is_control));
    placed.into_iter().map(|(.., setting)| setting).collect()
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
/// one did.
fn changes_of<C: Settings, R>(run: &ComparedRun<C, R>, presets: &'static [Preset]) -> Changes {
    let mut changes = changes(presets, &run.resolved);
    changes.extend(run.manifest.other_weights());
    changes.into_iter().map(|change| (change.key.clone(), change)).collect()
}

fn texts<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<String> {
    changes.map(|Change { key, value, .. }| format!("{key}={value}")).collect()
}
