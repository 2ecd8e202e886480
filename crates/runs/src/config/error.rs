//! What can be wrong with a configuration.

use std::path::PathBuf;

/// The largest configuration file that is read, in bytes.
pub(super) const MAX_FILE_BYTES: u64 = 1 << 20;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The preset does not exist.
    #[error("there is no preset `{name}`; {hint} (`presets` lists them)")]
    UnknownPreset {
        /// The name.
        name: String,
        /// The nearest preset, or all of them.
        hint: String,
    },
    /// The experiment does not exist, or is another one than the preset's.
    #[error("{origin}: the experiment is `{found}`; expected {expected}")]
    Experiment {
        /// Where it was named.
        origin: String,
        /// The name.
        found: String,
        /// What it may be.
        expected: String,
    },
    /// The file can't be read.
    #[error("cannot read the configuration {}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is larger than any configuration.
    #[error(
        "{} has more than the {MAX_FILE_BYTES} bytes that a configuration may have; is it the \
         right file?",
        file.display()
    )]
    TooLarge {
        /// The file.
        file: PathBuf,
    },
    /// The text is no TOML.
    #[error("{origin} is not valid TOML: {message}")]
    Syntax {
        /// The file or preset.
        origin: String,
        /// What TOML's parser says, with line and column.
        message: String,
    },
    /// An override is not of the form key=value.
    #[error(
        "--set {text}: expected key=value, such as --set train.batch=512 or --set \
         model.hidden=[512,256]"
    )]
    Override {
        /// What was given.
        text: String,
    },
    /// A key does not exist.
    #[error("{origin}: unknown key `{key}`; {hint}")]
    UnknownKey {
        /// Where it was given.
        origin: String,
        /// The key.
        key: String,
        /// The nearest known key, or all of them.
        hint: String,
    },
    /// A value is of the wrong kind.
    #[error("{origin}: `{key}` is {found}; expected {expected}")]
    Kind {
        /// Where it was given.
        origin: String,
        /// The key.
        key: String,
        /// Kind and value given.
        found: String,
        /// Kind wanted, with an example.
        expected: String,
    },
    /// A value does not fit its type, such as a negative size.
    #[error("{origin}: {message}")]
    Value {
        /// Where it was given.
        origin: String,
        /// The key and what is wrong.
        message: String,
    },
    /// A value is out of its range or contradicts another.
    #[error("configuration: `{key}` is {found}; expected {expected}")]
    Range {
        /// The key.
        key: String,
        /// Its value.
        found: String,
        /// What it may be.
        expected: String,
    },
    /// The command line says two things.
    #[error("{first} contradicts {second}: both set `{key}`; give one of them")]
    Contradiction {
        /// What was given first.
        first: String,
        /// What was given later.
        second: String,
        /// The key.
        key: String,
    },
}
