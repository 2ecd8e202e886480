//! Preset, then file, then overrides, then flags: one configuration.

use std::io::Read;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::merge::merge;
use super::{Config, ConfigError, validate};
use crate::presets;

/// The largest configuration file that is read, in bytes.
pub(super) const MAX_FILE_BYTES: u64 = 1 << 20;

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// A preset by name. Without one the file's `preset` key decides, and
    /// without that [`presets::DEFAULT`].
    pub preset: Option<String>,
    /// A TOML file whose keys replace the preset's.
    pub file: Option<PathBuf>,
    /// `key=value` texts, as given to `--set`.
    pub set: Vec<String>,
    /// Overrides by flags of their own, such as `--epochs`.
    pub flags: Vec<Override>,
}

/// One key given a value by the command line.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// How the user wrote it, such as `--epochs`.
    pub origin: String,
    /// The key, such as `train.epochs`.
    pub key: String,
    /// Its value.
    pub value: Value,
}

impl Override {
    /// An override by a flag of its own.
    pub fn flag(flag: &str, key: &str, value: impl Into<Value>) -> Self {
        Self { origin: flag.to_owned(), key: key.to_owned(), value: value.into() }
    }

    /// Reads `key=value`, the value in TOML's syntax; what isn't TOML is taken
    /// as text, so that quotes are not needed.
    ///
    /// # Errors
    /// When there is no `=` or no key.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let origin = format!("--set {text}");
        let bad = || ConfigError::Override { text: text.to_owned() };
        let (key, value) = text.split_once('=').ok_or_else(bad)?;
        let (key, value) = (key.trim(), value.trim());
        if key.is_empty() || key.split('.').any(str::is_empty) {
            return Err(bad());
        }
        let value = match toml::from_str::<Table>(&format!("value = {value}")) {
            Ok(mut table) if table.len() == 1 => table.remove("value"),
            _ => None,
        }
        .unwrap_or_else(|| Value::String(value.to_owned()));
        Ok(Self { origin, key: key.to_owned(), value })
    }

    fn layer(&self) -> Table {
        let mut value = self.value.clone();
        for part in self.key.rsplit('.') {
            value = Value::Table(Table::from_iter([(part.to_owned(), value)]));
        }
        match value {
            Value::Table(table) => table,
            other => Table::from_iter([(self.key.clone(), other)]),
        }
    }
}

/// A configuration and the preset that it started from.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// Name of the preset.
    pub preset: String,
    /// The configuration.
    pub config: Config,
}

impl Resolved {
    /// The text of a run's `config.toml`; `--config` takes it again.
    pub fn to_toml(&self) -> String {
        format!(
            "# The resolved configuration of a gradroute run; `--config` takes it again.\n\
             preset = \"{}\"\n\n{}",
            self.preset,
            self.config.to_toml()
        )
    }

    /// Reads a run's `config.toml` back.
    ///
    /// # Errors
    /// As [`resolve`].
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        resolve(&Request { file: Some(file.to_owned()), ..Request::default() })
    }

    /// Reads the text of a configuration; `origin` names it in errors.
    ///
    /// # Errors
    /// As [`resolve`].
    pub fn parse(text: &str, origin: &str) -> Result<Self, ConfigError> {
        layered(&Request::default(), Some(FileLayer::parse(text, origin)?))
    }
}

/// Makes the configuration: preset, then file, then `--set`, then flags.
///
/// # Errors
/// Unknown presets and keys, values of the wrong kind or out of range, a file
/// that can't be read, and command-line overrides that contradict each other.
pub fn resolve(request: &Request) -> Result<Resolved, ConfigError> {
    layered(request, request.file.as_deref().map(FileLayer::read).transpose()?)
}

fn layered(request: &Request, file: Option<FileLayer>) -> Result<Resolved, ConfigError> {
    let mut overrides = Vec::new();
    for text in &request.set {
        overrides.push(Override::parse(text)?);
    }
    overrides.extend(request.flags.iter().cloned());
    refuse_contradictions(&overrides)?;

    let preset = choose_preset(request, file.as_ref())?;
    let mut table = presets::get(&preset)?.table()?;
    if let Some(file) = &file {
        layer_over(&mut table, &file.table, &file.origin)?;
    }
    for change in &overrides {
        layer_over(&mut table, &change.layer(), &change.origin)?;
    }
    let config = to_config(table, "configuration")?;
    validate::validate(&config)?;
    Ok(Resolved { preset, config })
}

/// Merges and checks at once that the values fit their types, so that the
/// message can name the layer that is at fault.
fn layer_over(table: &mut Table, layer: &Table, origin: &str) -> Result<(), ConfigError> {
    merge(table, layer, origin)?;
    to_config(table.clone(), origin).map(|_| ())
}

fn to_config(table: Table, origin: &str) -> Result<Config, ConfigError> {
    table.try_into().map_err(|error: toml::de::Error| ConfigError::Value {
        origin: origin.to_owned(),
        message: error.to_string().trim().replace('\n', " "),
    })
}

fn choose_preset(request: &Request, file: Option<&FileLayer>) -> Result<String, ConfigError> {
    let of_file = file.and_then(|file| file.preset.as_ref().map(|preset| (file, preset)));
    match (&request.preset, of_file) {
        (Some(flag), Some((file, preset))) if flag != preset => Err(ConfigError::Contradiction {
            first: format!("--preset {flag}"),
            second: format!("preset = \"{preset}\" in {}", file.origin),
            key: "preset".to_owned(),
        }),
        (Some(preset), _) | (None, Some((_, preset))) => Ok(preset.clone()),
        (None, None) => Ok(presets::DEFAULT.to_owned()),
    }
}

/// A configuration file: its keys, and the preset they are meant to change.
struct FileLayer {
    origin: String,
    preset: Option<String>,
    table: Table,
}

impl FileLayer {
    fn read(file: &Path) -> Result<Self, ConfigError> {
        let failed = |source| ConfigError::Read { file: file.to_owned(), source };
        let mut text = String::new();
        // Limited while reading: a device or pipe has no length to look at.
        let reader = std::fs::File::open(file).map_err(failed)?;
        reader.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(failed)?;
        if text.len() as u64 > MAX_FILE_BYTES {
            return Err(ConfigError::TooLarge { file: file.to_owned() });
        }
        Self::parse(&text, &file.display().to_string())
    }

    fn parse(text: &str, origin: &str) -> Result<Self, ConfigError> {
        let mut table = parse(text, origin)?;
        let preset = take_text(&mut table, "preset", origin)?;
        // A preset that was printed and edited still carries its description.
        take_text(&mut table, "description", origin)?;
        Ok(Self { origin: origin.to_owned(), preset, table })
    }
}

/// Takes a key out of the table that must hold text if it is there.
pub(crate) fn take_text(
    table: &mut Table,
    key: &str,
    origin: &str,
) -> Result<Option<String>, ConfigError> {
    match table.remove(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(ConfigError::Kind {
            origin: origin.to_owned(),
            key: key.to_owned(),
            found: format!("{} ({other})", other.type_str()),
            expected: "text".to_owned(),
        }),
    }
}

/// Parses TOML text.
pub(crate) fn parse(text: &str, origin: &str) -> Result<Table, ConfigError> {
    toml::from_str(text).map_err(|error| ConfigError::Syntax {
        origin: origin.to_owned(),
        message: error.to_string().trim().to_owned(),
    })
}

fn refuse_contradictions(overrides: &[Override]) -> Result<(), ConfigError> {
    for (index, second) in overrides.iter().enumerate() {
        for first in &overrides[..index] {
            if first.key == second.key && first.value != second.value {
                return Err(ConfigError::Contradiction {
                    first: first.origin.clone(),
                    second: second.origin.clone(),
                    key: first.key.clone(),
                });
            }
        }
    }
    Ok(())
}
