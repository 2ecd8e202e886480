//! The three ways to run a graph: normally, while recording operands, and replaying with them.

use gradroute_kernels::Real;

use crate::operands::Operands;

/// How ops with a surrogate behave while a graph is recorded.
pub(crate) enum Mode<'a, T: Real> {
    /// Forward as usual.
    Normal,
    /// Forward as usual, and keep the operands of every op that has a surrogate.
    Record(Recorded<T>),
    /// Such ops run their surrogate against the operands kept earlier.
    Replay(&'a Recorded<T>),
}

/// The operands of ops with a surrogate, as they were at the point where gradients are checked.
#[derive(Default)]
pub(crate) struct Recorded<T> {
    nodes: Vec<(usize, Vec<Vec<T>>)>,
}

impl<T: Real> Recorded<T> {
    pub fn new() -> Self {
        Self { nodes: Vec::new() }
    }

    pub fn record(&mut self, index: usize, operands: Operands<'_, T>) {
        let values = (0..operands.count()).map(|i| operands.value(i).to_vec()).collect();
        self.nodes.push((index, values));
    }

    /// # Panics
    /// If node `index` was not recorded: the graph then depends on the values it computes.
    pub fn operands(&self, index: usize) -> &[Vec<T>] {
        match self.nodes.binary_search_by_key(&index, |n| n.0) {
            Ok(at) => &self.nodes[at].1,
            Err(_) => panic!(
                "node {index} was not there when operands were recorded: a function whose graph \
                 changes with its values can't be checked"
            ),
        }
    }
}
