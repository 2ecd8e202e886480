//! What a backward pass writes, apart from gradients.

use crate::adjoints::Adjoints;
use crate::routing::seen::Seen;
use crate::routing::some_samples::SomeSamples;

/// It outlives the step, so that its memory is used again.
#[derive(Default)]
pub(crate) struct Walk<T> {
    pub adjoints: Adjoints<T>,
    /// What parameters see of the node at hand, where that is not all.
    pub seen: Seen<T>,
    /// What some samples teach of the node at hand.
    pub some: SomeSamples<T>,
    /// What one edge contributes, where that is asked for.
    pub contribution: Vec<T>,
    /// Which values that depend on no sample something may teach, numbered as adjoints are.
    pub taught: Vec<bool>,
}
