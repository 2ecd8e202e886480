//! A configuration file: its keys, and what they are meant to change.

use std::io::Read;
use std::path::Path;

use toml::{Table, Value};

use super::error::{ConfigError, MAX_FILE_BYTES};

/// A configuration file, or the text of one.
#[derive(Clone, Debug, PartialEq)]
pub struct FileLayer {
    /// What names it in errors.
    pub origin: String,
    /// The experiment that it is of, by its key `experiment`.
    pub experiment: Option<String>,
    /// The preset that it changes, by its key `preset`.
    pub preset: Option<String>,
    /// What it is for, by its key `description`, which a printed preset carries.
    pub description: Option<String>,
    /// The other keys.
    pub table: Table,
}

impl FileLayer {
    /// Reads a file.
    ///
    /// # Errors
    /// When it can't be read, is larger than any configuration, or is no TOML.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        Self::parse(&Self::text(file)?, &file.display().to_string())
    }

    /// The text of a file.
    ///
    /// # Errors
    /// When it can't be read, or is larger than any configuration.
    pub(crate) fn text(file: &Path) -> Result<String, ConfigError> {
        let failed = |source| ConfigError::Read { file: file.to_owned(), source };
        let mut text = String::new();
        // Limited while reading: a device or pipe has no length to look at.
        let reader = std::fs::File::open(file).map_err(failed)?;
        reader.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(failed)?;
        if text.len() as u64 > MAX_FILE_BYTES {
            return Err(ConfigError::TooLarge { file: file.to_owned() });
        }
        Ok(text)
    }

    /// Reads a text; `origin` names it in errors.
    ///
    /// # Errors
    /// When it is no TOML, or a key that must be text is not.
    pub fn parse(text: &str, origin: &str) -> Result<Self, ConfigError> {
        let mut table: Table = toml::from_str(text).map_err(|error| ConfigError::Syntax {
            origin: origin.to_owned(),
            message: error.to_string().trim().to_owned(),
        })?;
        let mut text = |key: &str| match table.remove(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(ConfigError::Kind {
                origin: origin.to_owned(),
                key: key.to_owned(),
                found: format!("{} ({other})", other.type_str()),
                expected: "text".to_owned(),
            }),
        };
        let (experiment, preset, description) =
            (text("experiment")?, text("preset")?, text("description")?);
        Ok(Self { origin: origin.to_owned(), experiment, preset, description, table })
    }
}
