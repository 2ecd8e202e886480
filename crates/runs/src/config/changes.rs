//! What a configuration changes in its preset.

use std::fmt;

use toml::Value;

use super::flat::{Keys, differing, keys};
use super::presets::Preset;
use super::resolve::{Resolved, config_of};
use super::settings::Settings;

/// Keys that don't make two runs different experiments: the seed, because runs of one setting
/// differ in it, and what only looks at a run or saves it.
const NOT_THE_EXPERIMENT: [&str; 5] =
    ["train.seed", "train.eval_every", "train.flow_every", "train.checkpoint_every", PROBE_EVERY];

/// The key of probes. They can't be made afterwards, and no result has anything of them: a run with
/// others, or from before there were any, is still the run that is wanted.
pub(crate) const PROBE_EVERY: &str = "train.probe_every";

/// What stands for the value of a key that is not there.
const NONE: &str = "none";

/// A key whose value is not the preset's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key, such as `train.batch`.
    pub key: String,
    /// Its value, as TOML; "none" where it has none.
    pub value: String,
    /// The preset's value, as TOML; "none" where it has none.
    pub preset: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {} instead of {}", self.key, self.value, self.preset)
    }
}

/// The keys of a configuration that make the experiment, with their values.
pub(crate) fn the_experiment<C: Settings>(config: &C) -> Keys {
    let mut keys = keys(config);
    keys.retain(|key, _| !NOT_THE_EXPERIMENT.contains(&key.as_str()));
    keys
}

/// What a configuration changes in its preset, by key. The seed is left out, and so is what only
/// looks at a run or saves it. Where there is no such preset any more, every key is a change.
pub fn changes<C: Settings>(presets: &'static [Preset], resolved: &Resolved<C>) -> Vec<Change> {
    let ours = keys(&resolved.config);
    let preset = config_of::<C>(presets, &resolved.preset);
    let preset = preset.map_or_else(|_| Keys::new(), |preset| keys(&preset));
    let text = |value: Option<&Value>| value.map_or_else(|| NONE.to_owned(), Value::to_string);
    differing(&ours, &preset)
        .filter(|(key, ..)| !NOT_THE_EXPERIMENT.contains(&key.as_str()))
        .map(|(key, value, preset)| Change {
            key: key.clone(),
            value: text(value),
            preset: text(preset),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::config::{ConfigError, Data, Request, Train, resolve};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Config {
        rate: f64,
        train: Train,
        #[serde(default)]
        data: Data,
    }

    impl Settings for Config {
        fn seed(&self) -> u64 {
            self.train.seed
        }

        fn check(&self) -> Result<(), ConfigError> {
            self.train.check()
        }
    }

    const PRESETS: &[Preset] = &[Preset {
        name: "small",
        toml: "experiment = \"e\"\nrate = 0.5\n[train]\nbatch = 4\nepochs = 2\nseed = 0\nshuffle = true\n",
    }];

    fn texts(set: &[&str]) -> Vec<String> {
        let resolved = resolve::<Config>("e", PRESETS, &Request::preset("small", set)).unwrap();
        changes(PRESETS, &resolved).iter().map(Change::to_string).collect()
    }

    #[test]
    fn changes_are_what_differs_from_the_preset_with_both_values_by_key() {
        assert_eq!(texts(&[]), [""; 0]);
        let set = ["train.batch=8", "data.limit=60", "rate=0.25"];
        assert_eq!(
            texts(&set),
            [
                "data.limit = 60 instead of none",
                "rate = 0.25 instead of 0.5",
                "train.batch = 8 instead of 4"
            ]
        );
        let only_looks = ["rate=0.5", "train.seed=3", "train.eval_every=2", "train.probe_every=2"];
        assert_eq!(texts(&only_looks), [""; 0]);
    }

    #[test]
    fn without_its_preset_a_configuration_is_all_changes() {
        let resolved = resolve::<Config>("e", PRESETS, &Request::preset("small", &[])).unwrap();
        let changes = changes(PRESETS, &Resolved { preset: "gone".to_owned(), ..resolved });
        assert!(changes.iter().all(|change| change.preset == "none") && changes.len() > 3);
    }
}
