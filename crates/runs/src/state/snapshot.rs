//! A state kept in memory.

use std::collections::{BTreeMap, BTreeSet};

use gradroute_tape::Real;

use super::error::StateError;
use super::visit::{Part, Visit};
use super::visitor::State;

/// A copy of a state in memory, to go back to.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot<T: Real = f32> {
    tensors: BTreeMap<String, Vec<T>>,
    values: BTreeMap<String, String>,
}

impl<T: Real> Snapshot<T> {
    /// Copies the state that `show` shows, such as `|state| experiment.state(state)`.
    ///
    /// # Errors
    /// When a value can't be written down.
    pub fn take(show: impl FnOnce(&mut State<'_, T>)) -> Result<Self, StateError> {
        let mut snapshot = Self { tensors: BTreeMap::new(), values: BTreeMap::new() };
        State::visit(&mut snapshot, show)?;
        Ok(snapshot)
    }

    /// Sets the state that `show` shows to the copy.
    ///
    /// # Errors
    /// When it has other parts.
    pub fn restore(&self, show: impl FnOnce(&mut State<'_, T>)) -> Result<(), StateError> {
        let mut restoring = Restoring { saved: self, shown: BTreeSet::new() };
        State::visit(&mut restoring, show)?;
        let mut saved = self.tensors.keys().chain(self.values.keys());
        match saved.find(|name| !restoring.shown.contains(*name)) {
            Some(name) => Err(StateError::not_shown(name)),
            None => Ok(()),
        }
    }
}

impl<T: Real> Visit<T> for Snapshot<T> {
    fn tensor(
        &mut self,
        _: Part,
        name: &str,
        _: &[usize],
        values: &[T],
    ) -> Result<Option<&[T]>, StateError> {
        self.tensors.insert(name.to_owned(), values.to_vec());
        Ok(None)
    }

    fn value(&mut self, name: &str, text: &str) -> Result<Option<&str>, StateError> {
        self.values.insert(name.to_owned(), text.to_owned());
        Ok(None)
    }
}

struct Restoring<'s, T: Real> {
    saved: &'s Snapshot<T>,
    /// The parts that were seen, each of which has a name of its own.
    shown: BTreeSet<String>,
}

impl<T: Real> Visit<T> for Restoring<'_, T> {
    fn tensor(
        &mut self,
        _: Part,
        name: &str,
        _: &[usize],
        _: &[T],
    ) -> Result<Option<&[T]>, StateError> {
        self.shown.insert(name.to_owned());
        let saved = self.saved.tensors.get(name).ok_or_else(|| StateError::missing(name))?;
        Ok(Some(saved))
    }

    fn value(&mut self, name: &str, _: &str) -> Result<Option<&str>, StateError> {
        self.shown.insert(name.to_owned());
        let saved = self.saved.values.get(name).ok_or_else(|| StateError::missing(name))?;
        Ok(Some(saved))
    }
}
