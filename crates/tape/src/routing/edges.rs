//! What each edge of a graph contributes to a gradient.

use gradroute_kernels::Real;

use crate::info::NodeRef;

/// Whose share of a gradient it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// That of the whole batch: of a value that depends on samples, each row is its sample's; and of
    /// everything, in a pass without groups.
    Whole,
    /// That of a group of samples.
    Group(usize),
    /// What belongs to no sample.
    NoSample,
}

/// What one node adds to the gradient of one of its operands.
pub struct Edge<'s, T: Real> {
    /// The node, nearer to the loss.
    pub node: NodeRef<'s, T>,
    /// Which of its operands it is.
    pub position: usize,
    /// The operand: what the contribution goes to.
    pub operand: NodeRef<'s, T>,
    /// Whose share it is.
    pub share: Share,
    /// The contribution, of the operand's shape.
    pub contribution: &'s [T],
}
