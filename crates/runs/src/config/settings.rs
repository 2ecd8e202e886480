//! What every experiment's configuration can do.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ConfigError;

/// The configuration of an experiment: everything that decides a run's numbers. Threads and
/// instruction set are not part of it, because they don't.
///
/// Derive serde's traits with `#[serde(deny_unknown_fields)]` on every section, so that a
/// misspelt key is refused. A key that may be absent is an `Option` with
/// `#[serde(default, skip_serializing_if = "Option::is_none")]`.
pub trait Settings:
    Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The key by which a finished run can be made longer, such as `train.epochs`; `None` if it
    /// can't. With another value of this key a run is longer or shorter, but it is no other run.
    const LENGTH_KEY: Option<&'static str> = None;

    /// What everything random is drawn from. The command line's `--seed` sets the key
    /// `train.seed`.
    fn seed(&self) -> u64;

    /// Refuses values out of their range, and values that don't fit each other.
    ///
    /// # Errors
    /// The first key that is at fault.
    fn check(&self) -> Result<(), ConfigError>;

    /// The same settings without routing: what a run is to be compared with, and
    /// `train --with-control` trains beside it. `None` where nothing is routed already.
    fn control(&self) -> Option<Self> {
        None
    }

    /// What these settings are a control of: the same with the routing that is meant, where these route
    /// nothing, or by chance. A comparison sets a control beside that. `None` for what is no control.
    fn control_of(&self) -> Option<Self> {
        None
    }

    /// Whether a run that was begun with these settings can go on as one of `longer`, which
    /// differs in [`Settings::LENGTH_KEY`] alone.
    ///
    /// # Errors
    /// Why it can't, in words that follow "`--epochs 5: `".
    fn lengthen(&self, longer: &Self) -> Result<(), String> {
        let _ = longer;
        Ok(())
    }
}
