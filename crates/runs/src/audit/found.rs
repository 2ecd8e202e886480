//! What the backward passes of a step showed.

use std::collections::BTreeMap;

use super::result::Leak;

/// What the passes of a step showed.
#[derive(Default)]
pub(super) struct Found {
    pub terms: Vec<&'static str>,
    /// The parts of values, by name.
    pub values: Vec<String>,
    /// The norms of what arrived.
    pub norms: BTreeMap<Cell, f64>,
    pub leaks: Vec<Leak>,
    /// How many samples each group had.
    pub samples: Vec<u64>,
    pub off_by: f64,
    pub passes: usize,
}

/// A term, a group and a region, by number; the group behind the last is what belongs to no sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    pub term: usize,
    pub group: usize,
    pub region: At,
}

/// A region, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum At {
    /// Among the parts of values.
    Value(usize),
    /// Among the regions of parameters.
    Param(usize),
}

impl Found {
    /// Adds the norm of what arrived in one pass.
    pub fn add(&mut self, term: usize, group: usize, region: At, norm: f64) {
        let sum = self.norms.entry(Cell { term, group, region }).or_insert(0.0);
        *sum = sum.hypot(norm);
    }
}

/// The place of a name in a list that it is put into if it is not there.
pub(super) fn number<N: PartialEq>(names: &mut Vec<N>, name: N) -> usize {
    names.iter().position(|other| *other == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    })
}
