//! Preset, then file, then overrides, then flags: one configuration.

use std::path::Path;

use toml::Table;

use super::error::ConfigError;
use super::layer::FileLayer;
use super::merge::{merge, unknown_key};
use super::numbers;
use super::presets::{self, Preset};
use super::request::{Override, Request, refuse_contradictions};
use super::settings::Settings;

/// A configuration and where it started.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved<C> {
    /// Name of the experiment.
    pub experiment: &'static str,
    /// Name of the preset.
    pub preset: String,
    /// The configuration.
    pub config: C,
}

impl<C: Settings> Resolved<C> {
    /// The text of a run's `config.toml`; `--config` takes it again.
    pub fn to_toml(&self) -> String {
        format!(
            "# The resolved configuration of a run; `--config` takes it again.\n\
             experiment = \"{}\"\npreset = \"{}\"\n\n{}",
            self.experiment,
            self.preset,
            toml::to_string(&self.config).expect("a configuration holds only what TOML can")
        )
    }
}

/// Makes the configuration of an experiment: preset, then file, then `--set`, then flags. Without
/// a preset it starts from the first one.
///
/// # Errors
/// Unknown presets and keys, values of the wrong kind or out of range, fractions that 32 bits can't
/// hold, a file that can't be read or is of another experiment, and command-line overrides that
/// contradict each other.
///
/// # Panics
/// If there is no preset, or a preset starts from itself.
pub fn resolve<C: Settings>(
    experiment: &'static str,
    presets: &'static [Preset],
    request: &Request,
) -> Result<Resolved<C>, ConfigError> {
    let file = request.file.as_deref().map(FileLayer::read).transpose()?;
    layered(experiment, presets, request, file)
}

/// Reads a run's `config.toml` back.
///
/// # Errors
/// As [`resolve`].
pub fn read<C: Settings>(
    experiment: &'static str,
    presets: &'static [Preset],
    file: &Path,
) -> Result<Resolved<C>, ConfigError> {
    layered(experiment, presets, &Request::default(), Some(FileLayer::read(file)?))
}

/// Reads the text of a configuration; `origin` names it in errors.
///
/// # Errors
/// As [`resolve`].
pub fn parse<C: Settings>(
    experiment: &'static str,
    presets: &'static [Preset],
    text: &str,
    origin: &str,
) -> Result<Resolved<C>, ConfigError> {
    layered(experiment, presets, &Request::default(), Some(FileLayer::parse(text, origin)?))
}

/// The configuration of a preset.
///
/// # Errors
/// When there is no such preset, or its text is no configuration.
pub fn config_of<C: Settings>(presets: &'static [Preset], name: &str) -> Result<C, ConfigError> {
    let mut layers = presets::layers(presets, name)?.into_iter();
    let (origin, first) = layers.next().expect("a preset is a layer of its own");
    let whole = typed(first.clone(), &first, &origin)?;
    layers.try_fold(whole, |config, (origin, layer)| changed(&config, &layer, &origin))
}

fn layered<C: Settings>(
    experiment: &'static str,
    presets: &'static [Preset],
    request: &Request,
    file: Option<FileLayer>,
) -> Result<Resolved<C>, ConfigError> {
    let mut overrides = Vec::new();
    for text in &request.set {
        overrides.push(Override::parse(text)?);
    }
    overrides.extend(request.flags.iter().cloned());
    refuse_contradictions(&overrides)?;
    if let Some(FileLayer { origin, experiment: Some(found), .. }) = &file
        && found != experiment
    {
        return Err(ConfigError::Experiment {
            origin: origin.clone(),
            found: found.clone(),
            expected: format!("`{experiment}`"),
        });
    }

    let preset = choose_preset(presets, request, file.as_ref())?;
    let mut config: C = config_of(presets, &preset)?;
    if let Some(file) = &file {
        config = changed(&config, &file.table, &file.origin)?;
    }
    for change in &overrides {
        config = changed(&config, &change.layer(), &change.origin)?;
    }
    config.check()?;
    numbers::check(&table_of(&config))?;
    Ok(Resolved { experiment, preset, config })
}

/// The configuration with `layer` laid over it. Each layer is checked by itself, so that the
/// message can name the one that is at fault.
fn changed<C: Settings>(config: &C, layer: &Table, origin: &str) -> Result<C, ConfigError> {
    // Through the type, so that every key that is there has its own kind.
    let mut table = table_of(config);
    merge(&mut table, layer, origin)?;
    typed(table, layer, origin)
}

/// The configuration as TOML has it.
fn table_of<C: Settings>(config: &C) -> Table {
    Table::try_from(config).expect("a configuration holds only what TOML can")
}

fn typed<C: Settings>(table: Table, layer: &Table, origin: &str) -> Result<C, ConfigError> {
    table.clone().try_into().map_err(|error: toml::de::Error| {
        unknown_key(error.message(), &table, layer, origin).unwrap_or_else(|| ConfigError::Value {
            origin: origin.to_owned(),
            message: in_words(error.to_string().trim()),
        })
    })
}

/// A message of serde's in the words of this program instead of the names of Rust's types.
fn in_words(message: &str) -> String {
    let whole = "a whole number, 0 or more";
    let words = [
        ("expected usize", whole),
        ("expected u8", "a whole number from 0 to 255"),
        ("expected u16", "a whole number from 0 to 65535"),
        ("expected u32", whole),
        ("expected u64", whole),
        ("expected i64", "a whole number"),
        ("expected f32", "a number"),
        ("expected f64", "a number"),
        ("expected a boolean", "true or false"),
        ("expected a sequence", "a list such as [1, 2]"),
    ];
    let message =
        message.replace('\n', " ").replace("integer `", "`").replace("floating point `", "`");
    words.iter().fold(message, |message, (types, words)| {
        message.replace(types, &format!("expected {words}"))
    })
}

fn choose_preset(
    presets: &'static [Preset],
    request: &Request,
    file: Option<&FileLayer>,
) -> Result<String, ConfigError> {
    let of_file = file.and_then(|file| file.preset.as_ref().map(|preset| (file, preset)));
    match (&request.preset, of_file) {
        (Some(flag), Some((file, preset))) if flag != preset => Err(ConfigError::Contradiction {
            first: format!("--preset {flag}"),
            second: format!("preset = \"{preset}\" in {}", file.origin),
            key: "preset".to_owned(),
        }),
        (Some(preset), _) | (None, Some((_, preset))) => Ok(preset.clone()),
        (None, None) => Ok(presets.first().expect("an experiment has a preset").name.to_owned()),
    }
}
