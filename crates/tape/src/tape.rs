//! The memory that outlives a step: nodes, values and adjoints keep their capacity.

use std::cell::RefCell;

use gradroute_kernels::Real;

use crate::label::Labels;
use crate::node::{Kind, Node};
use crate::operands::Stored;
use crate::walk::Walk;

/// A reusable tape. Each training step opens a [`Graph`](crate::Graph) on it; after the first step
/// of a given size, recording and replaying backwards allocate nothing.
pub struct Tape<T: Real> {
    pub(crate) nodes: Vec<Node<T>>,
    /// Where the value of each node lies.
    pub(crate) stored: Vec<Stored>,
    pub(crate) operands: Vec<u32>,
    pub(crate) slab: Vec<T>,
    /// How much of `slab` the open graph has used.
    pub(crate) used: usize,
    /// The node of each parameter on the open graph, if it has one yet.
    pub(crate) param_nodes: Vec<Option<u32>>,
    pub(crate) labels: Labels,
    /// The nodes whose adjoints are kept, by label.
    pub(crate) kept: Vec<(&'static str, usize)>,
    /// Apart from the rest, which stays readable while a backward pass writes here.
    pub(crate) walk: RefCell<Walk<T>>,
}

impl<T: Real> Default for Tape<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real> Tape<T> {
    /// An empty tape.
    pub fn new() -> Self {
        Self {
            nodes: Vec::new(),
            stored: Vec::new(),
            operands: Vec::new(),
            slab: Vec::new(),
            used: 0,
            param_nodes: Vec::new(),
            labels: Labels::default(),
            kept: Vec::new(),
            walk: RefCell::default(),
        }
    }

    /// The number of the parameter that is a node's operand at a position, if it is one.
    pub(crate) fn param_at(&self, index: usize, position: usize) -> Option<usize> {
        let operands = &self.operands[self.nodes[index].operand_range()];
        match self.nodes[operands[position] as usize].kind {
            Kind::Param(p) => Some(p),
            _ => None,
        }
    }

    /// Bytes held for values, then for adjoints.
    pub fn memory(&self) -> (usize, usize) {
        let size = std::mem::size_of::<T>();
        (self.slab.capacity() * size, self.walk.borrow().adjoints.capacity() * size)
    }
}
