//! Seeing the backward passes of a step: the leak audit, the flow map and `graph` hang here.

use std::cell::RefCell;
use std::collections::BTreeSet;
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

impl Marked {
    /// The terms on a graph that `total` depends on; several of one name are one term. With them, the
    /// nodes that are terms.
    pub fn terms_of<T: Real>(
        &self,
        g: &Graph<'_, T>,
        total: Var,
    ) -> (Vec<(&'static str, Var)>, BTreeSet<usize>) {
        let within = behind(g, total);
        let own = self.terms.iter().filter(|(_, term)| g.has(*term));
        let own: Vec<_> = own.filter(|(_, term)| within.contains(&term.index())).collect();
        let mut terms: Vec<(&'static str, Var)> = Vec::new();
        for &&(name, term) in &own {
            match terms.iter_mut().find(|(other, _)| *other == name) {
                Some((_, sum)) => *sum = g.add(*sum, term),
                None => terms.push((name, term)),
            }
        }
        (terms, own.iter().map(|(_, term)| term.index()).collect())
    }
}

/// The nodes that a value depends on, and itself, by index.
pub(crate) fn behind<T: Real>(g: &Graph<'_, T>, value: Var) -> BTreeSet<usize> {
    let mut operands: Vec<Vec<usize>> = Vec::new();
    g.for_each_node(|node| operands.push(node.operands().map(Var::index).collect()));
    let (mut seen, mut left) = (BTreeSet::from([value.index()]), vec![value.index()]);
    while let Some(node) = left.pop() {
        left.extend(operands[node].iter().filter(|operand| seen.insert(**operand)));
    }
    seen
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
