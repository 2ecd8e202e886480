//! The built-in configurations. A new one is a TOML file in `presets/` and one
//! line in the list below.

use toml::Table;

use crate::config::{self, Config, ConfigError};

/// The preset of a run that names none.
pub const DEFAULT: &str = "quick";

const ALL: [Preset; 2] = [
    Preset { name: "quick", toml: include_str!("../presets/quick.toml") },
    Preset { name: "seed", toml: include_str!("../presets/seed.toml") },
];

/// A built-in configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The name that `--preset` takes.
    pub name: &'static str,
    /// Its TOML text: a `description` and every key of [`Config`].
    pub toml: &'static str,
}

impl Preset {
    /// What it is for, in a line.
    pub fn description(&self) -> String {
        self.split().0
    }

    /// Its configuration.
    pub fn config(&self) -> Config {
        self.split().1.try_into().expect("built-in presets are checked by a test")
    }

    /// Its configuration as a TOML table that names every key.
    pub(crate) fn table(&self) -> Result<Table, ConfigError> {
        // Through `Config`, so that every key is there with its own kind.
        Ok(Table::try_from(self.config()).expect("a configuration holds only what TOML can"))
    }

    fn split(&self) -> (String, Table) {
        let origin = format!("preset {}", self.name);
        let mut table =
            config::parse(self.toml, &origin).expect("built-in presets are checked by a test");
        let description = config::take_text(&mut table, "description", &origin)
            .ok()
            .flatten()
            .expect("built-in presets are checked by a test");
        (description, table)
    }
}

/// A preset that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("there is no preset `{name}`; {hint} (`gradroute presets` lists them)")]
pub struct PresetError {
    name: String,
    hint: String,
}

/// All presets, the default first.
pub fn all() -> &'static [Preset] {
    &ALL
}

/// The preset of this name.
///
/// # Errors
/// When there is none; the message says which there are.
pub fn get(name: &str) -> Result<Preset, PresetError> {
    let names = || ALL.iter().map(|preset| preset.name);
    ALL.iter().find(|preset| preset.name == name).copied().ok_or_else(|| PresetError {
        name: name.to_owned(),
        hint: match config::nearest(name, names()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Request, resolve};

    #[test]
    fn every_preset_is_valid_and_says_in_a_line_what_it_is() {
        for preset in all() {
            let request = Request { preset: Some(preset.name.to_owned()), ..Request::default() };
            assert_eq!(resolve(&request).unwrap().config, preset.config());
            let description = preset.description();
            assert!(!description.is_empty() && !description.contains('\n'), "{}", preset.name);
        }
        assert_eq!(all()[0].name, DEFAULT);
    }

    #[test]
    fn seed_is_the_replication() {
        let config = get("seed").unwrap().config();
        assert_eq!(config.model.hidden, [2048, 512]);
        assert_eq!((config.model.encoding, config.train.batch), (32, 2048));
        assert_eq!((config.optimizer.lr, config.optimizer.weight_decay), (1e-3, 5e-5));
        assert!(!config.optimizer.decoupled);
        assert_eq!((config.loss.l1, config.loss.l1_divisor), (1e-3, 2048));
        assert_eq!((config.total_steps(60_000), config.steps_per_epoch(60_000)), (6000, 30));
    }

    #[test]
    fn an_unknown_preset_is_answered_with_the_nearest_one_or_all() {
        assert!(get("qiuck").unwrap_err().to_string().contains("did you mean `quick`?"));
        assert!(get("vast").unwrap_err().to_string().contains("there are quick, seed"));
    }
}
