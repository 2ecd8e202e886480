//! Which runs are of one setting, and what a setting is called.

use std::collections::BTreeMap;

use gradroute_runs::statistics::Estimate;
use toml::{Table, Value};

use super::{CompareError, ComparedRun, Measure};
use crate::presets;

/// Keys that don't make two runs different experiments: the seed, because runs
/// of one setting differ in it, and what only looks at a run or saves it.
const NOT_THE_EXPERIMENT: [&str; 3] = ["train.seed", "train.eval_every", "train.checkpoint_every"];

/// The configuration's keys, such as `train.batch`, with their values.
type Keys = BTreeMap<String, Value>;

/// Runs that differ in their seed only.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The preset, and the keys that tell this setting from the others.
    pub name: String,
    /// The preset that the runs started from.
    pub preset: String,
    /// What the setting changes in its preset, as `key=value`, without what
    /// all settings change in the same way.
    pub changes: Vec<String>,
    /// The runs, by seed.
    pub runs: Vec<ComparedRun>,
}

impl Setting {
    /// A quantity over the runs.
    pub fn estimate(&self, measure: Measure) -> Estimate {
        Estimate::over_runs(self.runs.iter().map(|run| measure.of(&run.evaluation)).collect())
    }

    /// The seeds, ascending, as a reader would list them.
    pub fn seeds(&self) -> String {
        let seeds: Vec<String> = self.runs.iter().map(|run| run.seed().to_string()).collect();
        seeds.join(", ")
    }

    /// What the preset is for, in a line, if the preset still exists.
    pub fn description(&self) -> Option<String> {
        presets::get(&self.preset).ok().map(|preset| preset.description())
    }
}

/// Sorts runs into settings, in the order of their presets and within one as
/// they first come, and says which changes of their presets all of them share.
pub(super) fn group(runs: Vec<ComparedRun>) -> Result<(Vec<Setting>, Vec<String>), CompareError> {
    let mut groups: Vec<(Keys, Vec<ComparedRun>)> = Vec::new();
    for run in runs {
        let changes = changes(&run);
        let same_setting = |(keys, others): &&mut (Keys, Vec<ComparedRun>)| {
            *keys == changes && others[0].resolved.preset == run.resolved.preset
        };
        match groups.iter_mut().find(same_setting) {
            Some((_, others)) => {
                refuse_copy(others, &run)?;
                others.push(run);
            }
            None => groups.push((changes, vec![run])),
        }
    }
    let mut shared = groups.first().map_or_else(Keys::new, |(keys, _)| keys.clone());
    shared.retain(|key, value| groups.iter().all(|(keys, _)| keys.get(key) == Some(value)));
    let settings = groups.into_iter().map(|(keys, mut runs)| {
        runs.sort_by_key(ComparedRun::seed);
        let own = keys.into_iter().filter(|(key, _)| !shared.contains_key(key));
        let changes = texts(own);
        let preset = runs[0].resolved.preset.clone();
        let name = std::iter::once(preset.as_str()).chain(changes.iter().map(String::as_str));
        Setting { name: name.collect::<Vec<_>>().join(", "), preset, changes, runs }
    });
    let mut settings: Vec<Setting> = settings.collect();
    // A shell lists folders by name; presets have an order that means something.
    let place = |setting: &Setting| presets::all().iter().position(|p| p.name == setting.preset);
    settings.sort_by_key(place);
    Ok((settings, texts(shared.into_iter())))
}

fn refuse_copy(others: &[ComparedRun], run: &ComparedRun) -> Result<(), CompareError> {
    match others.iter().find(|other| other.seed() == run.seed()) {
        None => Ok(()),
        Some(other) => Err(CompareError::Repeated {
            first: other.folder().to_owned(),
            second: run.folder().to_owned(),
            seed: run.seed(),
        }),
    }
}

/// What a run's configuration changes in its preset, and the file that gave its
/// initial weights if one did.
fn changes(run: &ComparedRun) -> Keys {
    let table = Table::try_from(&run.resolved.config);
    let mut keys = flat(table.expect("a configuration holds only what TOML can"));
    let preset = presets::get(&run.resolved.preset).ok().and_then(|p| p.table().ok());
    let preset = preset.map(flat).unwrap_or_default();
    keys.retain(|key, value| {
        preset.get(key) != Some(value) && !NOT_THE_EXPERIMENT.contains(&key.as_str())
    });
    if let Some(file) = &run.manifest.init {
        keys.insert("initial weights".to_owned(), Value::String(file.clone()));
    }
    keys
}

/// The leaves of nested tables, named by their path.
fn flat(table: Table) -> Keys {
    let mut keys = Keys::new();
    for (name, value) in table {
        match value {
            Value::Table(inner) => {
                keys.extend(flat(inner).into_iter().map(|(key, v)| (format!("{name}.{key}"), v)));
            }
            leaf => {
                keys.insert(name, leaf);
            }
        }
    }
    keys
}

fn texts(keys: impl Iterator<Item = (String, Value)>) -> Vec<String> {
    keys.map(|(key, value)| format!("{key}={value}")).collect()
}
