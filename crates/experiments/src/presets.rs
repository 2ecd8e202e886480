//! The built-in configurations. A new one is a TOML file in `presets/` and one
//! line in the list below. Like any configuration file it may start from another
//! preset, which its key `preset` names, and hold only what it changes.

use toml::Table;

use crate::config::{self, Config, ConfigError};

/// The preset of a run that names none.
pub const DEFAULT: &str = "quick";

/// The names, and the files that go with them.
macro_rules! presets {
    ($($name:literal),+ $(,)?) => {
        &[$(Preset { name: $name, toml: include_str!(concat!("../presets/", $name, ".toml")) }),+]
    };
}

const ALL: &[Preset] = presets![
    "quick",
    "seed",
    "paper",
    "paper-separate-decoders",
    "paper-no-correlation",
    "paper-no-regularization",
    "paper-no-regularization-separate-decoders",
    "paper-overlap",
    "paper-unrouted-l1-top-only",
    "paper-unrouted-top-only",
    "paper-unrouted-regularized",
    "paper-unrouted",
];

/// A built-in configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The name that `--preset` takes.
    pub name: &'static str,
    /// Its TOML text: a `description`, and every key of [`Config`] or a `preset` to start from
    /// and some keys.
    pub toml: &'static str,
}

impl Preset {
    /// What it is for, in a line.
    pub fn description(&self) -> String {
        let mut table = self.parse().expect(CHECKED);
        config::take_text(&mut table, "description", self.name).ok().flatten().expect(CHECKED)
    }

    /// Its configuration.
    pub fn config(&self) -> Config {
        self.table().expect(CHECKED).try_into().expect(CHECKED)
    }

    /// Its configuration as a TOML table that names every key.
    pub(crate) fn table(&self) -> Result<Table, ConfigError> {
        let mut table = self.parse()?;
        config::take_text(&mut table, "description", self.name)?;
        match config::take_text(&mut table, "preset", self.name)? {
            Some(base) => {
                let mut whole = get(&base)?.table()?;
                config::merge(&mut whole, &table, self.name)?;
                Ok(whole)
            }
            None => {
                // Through `Config`, so that every key is there with its own kind.
                let config: Config = table.try_into().expect(CHECKED);
                Ok(Table::try_from(config).expect("a configuration holds only what TOML can"))
            }
        }
    }

    fn parse(&self) -> Result<Table, ConfigError> {
        config::parse(self.toml, &format!("preset {}", self.name))
    }
}

const CHECKED: &str = "built-in presets are checked by a test";

/// A preset that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("there is no preset `{name}`; {hint} (`gradroute presets` lists them)")]
pub struct PresetError {
    name: String,
    hint: String,
}

/// All presets, the default first.
pub fn all() -> &'static [Preset] {
    ALL
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
    fn the_ten_settings_differ_from_the_first_as_in_the_paper() {
        type Expected = (bool, bool, [f64; 3], [f64; 2], f64);
        let expected: [(&str, Expected); 10] = [
            ("paper", (true, false, [1., 0., 1.], [3e-3, 3e-3], 0.1)),
            ("paper-separate-decoders", (true, true, [1., 0., 1.], [3e-3, 3e-3], 0.1)),
            ("paper-no-correlation", (true, false, [1., 0., 1.], [3e-3, 3e-3], 0.)),
            ("paper-no-regularization", (true, false, [1., 0., 1.], [0., 0.], 0.)),
            ("paper-no-regularization-separate-decoders", (true, true, [1., 0., 1.], [0., 0.], 0.)),
            ("paper-overlap", (true, false, [1., 1., 1.], [3e-3, 2e-2], 0.1)),
            ("paper-unrouted-l1-top-only", (false, false, [1., 0., 0.], [1e-3, 1e-3], 0.)),
            ("paper-unrouted-top-only", (false, false, [1., 0., 0.], [0., 0.], 0.)),
            ("paper-unrouted-regularized", (false, false, [1., 0., 1.], [3e-3, 3e-3], 0.1)),
            ("paper-unrouted", (false, false, [1., 0., 1.], [0., 0.], 0.)),
        ];
        let paper = get("paper").unwrap().config();
        for (number, (name, (enabled, separate, weights, [l1, l1_top], correlation))) in
            (1..).zip(expected)
        {
            let preset = get(name).unwrap();
            assert!(preset.description().contains(&format!("setting {number} of 10")), "{name}");
            let Config { model, train, data, optimizer, loss, routing } = preset.config();
            assert_eq!((routing.enabled, model.separate_decoders), (enabled, separate), "{name}");
            assert_eq!([loss.good, loss.good_bad, loss.bad], weights, "{name}");
            assert_eq!((loss.l1, loss.correlation), (l1, correlation), "{name}");
            assert!((loss.l1 + loss.l1_top_extra - l1_top).abs() < 1e-12, "{name}");
            assert_eq!((loss.l1_divisor, loss.certificates), (0, 1.0), "{name}");
            assert_eq!((&model.hidden, model.encoding), (&vec![2048, 512], 32), "{name}");
            assert_eq!(
                (train, data, optimizer),
                (paper.train.clone(), paper.data.clone(), paper.optimizer.clone(),)
            );
        }
        assert_eq!((paper.train.batch, paper.train.epochs), (2048, 200));
        assert_eq!((paper.optimizer.weight_decay, paper.optimizer.decoupled), (5e-5, false));
    }

    #[test]
    fn an_unknown_preset_is_answered_with_the_nearest_one_or_all() {
        assert!(get("qiuck").unwrap_err().to_string().contains("did you mean `quick`?"));
        assert!(get("vast").unwrap_err().to_string().contains("there are quick, seed"));
    }
}
