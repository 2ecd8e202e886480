//! Why a state can't be saved or restored.

/// Why a state can't be saved or restored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// A value can't be written down such that it reads back as itself.
    #[error("the state's value `{name}` can't be saved: {reason}")]
    Value {
        /// Its name.
        name: String,
        /// Why not.
        reason: String,
    },
    /// What was saved does not fit.
    #[error("the state's `{name}` can't be restored: {reason}")]
    Saved {
        /// Its name.
        name: String,
        /// What is wrong.
        reason: String,
    },
}

impl StateError {
    pub(crate) fn value(name: &str, reason: impl ToString) -> Self {
        StateError::Value { name: name.to_owned(), reason: reason.to_string() }
    }

    pub(super) fn missing(name: &str) -> Self {
        Self::saved(name, "it was not saved")
    }

    pub(crate) fn not_shown(name: &str) -> Self {
        Self::saved(
            name,
            "it was saved, but `state` does not show it now; show the same parts each time",
        )
    }

    pub(super) fn saved(name: &str, reason: impl ToString) -> Self {
        StateError::Saved { name: name.to_owned(), reason: reason.to_string() }
    }
}
