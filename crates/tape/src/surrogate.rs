//! The three ways to run a graph: normally, while recording operands, and replaying with them.

use gradroute_kernels::Real;

use crate::node::{Kind, Node};
use crate::operands::{Operands, Replaced};
use crate::routing::seen::Seen;

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

/// Whether the backward of a node is deliberately not the derivative of its forward.
pub(crate) fn has_surrogate<T: Real>(node: &Node<T>) -> bool {
    let Kind::Apply(op) = node.kind else { return false };
    op.has_surrogate(&node.attrs) || !node.update.is_none()
}

/// A function with the value of node `index` where `operands` equal `recorded`, whose derivative is
/// what its backward computes. With update weights m on rows and c on columns, W now and W0 as it was
/// recorded, it is `f(x, W0) + m * (f(c * x, W) - f(c * x, W0))`.
pub(crate) fn evaluate<T: Real>(
    nodes: &[Node<T>],
    index: usize,
    operands: Operands<'_, T>,
    recorded: &[Vec<T>],
    out: &mut [T],
) {
    let node = &nodes[index];
    let Kind::Apply(op) = node.kind else { unreachable!("only ops have surrogates") };
    let run = |replaced: &[Replaced<'_, T>], out: &mut [T]| {
        let operands = operands.with(replaced);
        if op.has_surrogate(&node.attrs) {
            op.surrogate(operands, recorded, &node.attrs, out);
        } else {
            op.forward(operands, &node.attrs, out);
        }
    };
    if node.update.is_none() {
        return run(&[], out);
    }
    let is_weight = |&i: &usize| !nodes[operands.indices[i] as usize].of_samples;
    let weights: Vec<usize> = (0..operands.count()).filter(is_weight).collect();
    let recorded = |&i: &usize| (i, operands.shape(i), &recorded[i][..]);
    let then: Vec<Replaced<'_, T>> = weights.iter().map(recorded).collect();
    run(&then, out);

    let (columns, shape) = (op.operand_with_columns(&node.attrs), operands.stored[index].shape);
    let mut seen = Seen::default();
    seen.look(node, operands, columns, shape, out);
    let see = |weights: &[Replaced<'_, T>]| {
        let mut result = vec![T::ZERO; out.len()];
        let replaced: Vec<_> = weights.iter().copied().chain(seen.operand()).collect();
        run(&replaced, &mut result);
        result
    };
    let (now, before) = (see(&[]), see(&then));
    let moved: Vec<T> = now.iter().zip(&before).map(|(&now, &before)| now - before).collect();
    let mut taught = Seen::default();
    taught.look(node, operands, columns, shape, &moved);
    let taught = taught.dout().unwrap_or(&moved);
    out.iter_mut().zip(taught).for_each(|(out, &taught)| *out += taught);
}
