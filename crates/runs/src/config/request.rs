//! What the user asked for.

use std::path::PathBuf;

use toml::{Table, Value};

use super::error::ConfigError;

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// A preset by name. Without one the file's `preset` key decides, and without that the
    /// experiment's first preset.
    pub preset: Option<String>,
    /// A TOML file whose keys replace the preset's.
    pub file: Option<PathBuf>,
    /// `key=value` texts, as given to `--set`.
    pub set: Vec<String>,
    /// Overrides by flags of their own, such as `--epochs`.
    pub flags: Vec<Override>,
}

impl Request {
    /// A preset with `key=value` changes.
    pub fn preset(name: &str, set: &[&str]) -> Self {
        Self {
            preset: Some(name.to_owned()),
            set: set.iter().map(|text| (*text).to_owned()).collect(),
            ..Self::default()
        }
    }
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

    pub(super) fn layer(&self) -> Table {
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

/// Refuses command lines that give one key two values.
pub(super) fn refuse_contradictions(overrides: &[Override]) -> Result<(), ConfigError> {
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
