//! Refusing values out of their range.

use std::fmt::Debug;

use super::error::ConfigError;

/// Refuses a value unless `holds`; `expected` says what it may be.
///
/// # Errors
/// [`ConfigError::Range`] unless `holds`.
///
/// ```
/// use gradroute_runs::config::require;
///
/// let width = 0;
/// let refused = require(width > 0, "model.width", width, "at least 1").unwrap_err();
/// assert_eq!(refused.to_string(), "configuration: `model.width` is 0; expected at least 1");
/// ```
pub fn require(
    holds: bool,
    key: impl Into<String>,
    found: impl Debug,
    expected: &str,
) -> Result<(), ConfigError> {
    if holds {
        return Ok(());
    }
    Err(ConfigError::Range {
        key: key.into(),
        found: format!("{found:?}"),
        expected: expected.to_owned(),
    })
}
