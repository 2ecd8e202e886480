//! What can be done with a state, one part of it at a time.

use gradroute_tape::optim::Adam;
use gradroute_tape::{Params, Real};

use super::error::StateError;

/// Where a tensor is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// With the weights, which other programs read.
    Weights,
    /// With the optimizers' moments and whatever else there is.
    Rest,
}

/// What is done with a state: saving it, restoring it, hashing it.
pub(crate) trait Visit<T: Real> {
    /// Sees a tensor as it is; returns what it is to become, if it is to change.
    fn tensor(
        &mut self,
        part: Part,
        name: &str,
        shape: &[usize],
        values: &[T],
    ) -> Result<Option<&[T]>, StateError> {
        let _ = (part, name, shape, values);
        Ok(None)
    }

    /// Sees a value as it is, as JSON; returns what it is to become, if it is to change.
    fn value(&mut self, name: &str, text: &str) -> Result<Option<&str>, StateError> {
        let _ = (name, text);
        Ok(None)
    }

    /// Sees parameters as a whole, before their tensors.
    fn params(&mut self, _name: &str, _params: &Params<T>) {}

    /// Sees an optimizer of `params` as a whole, before its moments.
    fn adam(&mut self, _name: &str, _adam: &Adam<T>, _params: &Params<T>) {}
}

/// How the names begin of what a run keeps for its flow map, which no experiment shows.
pub(crate) const FLOW: &str = "flow/";
