//! Seeing the backward passes of a step: the leak audit and the flow map hang here.

use std::cell::RefCell;
use std::ops::Range;

use gradroute_tape::{Graph, Real, Var};

/// Sees what a step is made of. Its methods take `&self`, as steps are lent.
pub(crate) trait Watch<T: Real> {
    /// Called at each backward pass from `total`, before it is made.
    ///
    /// # Errors
    /// When the step can't be watched; it is not made then.
    fn backward(&self, g: &Graph<'_, T>, total: Var, marked: &Marked) -> Result<(), WatchError>;
}

/// Why a step can't be watched.
pub(crate) type WatchError = Box<dyn std::error::Error + Send + Sync>;

/// What a step said of its values, kept only while something watches.
#[derive(Debug, Default)]
pub(crate) struct Marked {
    /// The terms of the loss, by name.
    pub terms: Vec<(&'static str, Var)>,
    /// The parts of values that are looked at.
    pub regions: Vec<MarkedRegion>,
    /// The group of each sample of the batch at hand.
    pub groups: Vec<u8>,
}

/// Columns of a value: indices of its last axis.
#[derive(Clone, Debug)]
pub(crate) struct MarkedRegion {
    pub name: String,
    pub var: Var,
    pub columns: Range<usize>,
}

/// A watch, and what the step says to it.
pub(crate) struct Watched<'w, T: Real> {
    pub watch: &'w dyn Watch<T>,
    pub marked: RefCell<Marked>,
}

impl<'w, T: Real> Watched<'w, T> {
    pub fn by(watch: &'w dyn Watch<T>) -> Self {
        Self { watch, marked: RefCell::default() }
    }
}
