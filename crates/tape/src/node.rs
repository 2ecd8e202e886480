//! One entry of the tape: what was applied to what, where, and under which label.

use std::panic::Location;

use gradroute_kernels::Real;

use crate::label::LabelId;
use crate::op::{Attrs, Op};

/// Handle of a value on an open [`Graph`](crate::Graph). Whatever is done with it is a method of the
/// graph: `g.add(x, y)`, `g.sum(x)`, `g.value(x)` for its numbers.
///
/// A small index with the graph's generation, so that one kept from another step or another tape
/// is recognised and refused instead of silently meaning something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Var {
    pub(crate) index: u32,
    pub(crate) generation: u64,
}

impl Var {
    /// Position on the tape, from 0, in the order of creation.
    pub fn index(self) -> usize {
        self.index as usize
    }
}

/// Where a node's value comes from.
pub(crate) enum Kind<T: Real> {
    /// Borrowed from the caller; a constant.
    Input,
    /// The parameter of this number.
    Param(usize),
    /// An op applied to earlier nodes.
    Apply(&'static dyn Op<T>),
}

impl<T: Real> Clone for Kind<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Real> Copy for Kind<T> {}

/// Update weights of a node: positions of masks on the tape. See
/// [`Graph::update_weighted`](crate::Graph::update_weighted).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Update {
    /// On the adjoint of the output.
    pub rows: Option<u32>,
    /// On the operand that is multiplied with the weight.
    pub columns: Option<u32>,
}

impl Update {
    pub const NONE: Self = Self { rows: None, columns: None };

    pub fn is_none(self) -> bool {
        self == Self::NONE
    }
}

pub(crate) struct Node<T: Real> {
    pub kind: Kind<T>,
    pub attrs: Attrs,
    /// Range in the tape's list of operand indices.
    pub operands: (u32, u32),
    /// Whether some parameter can be reached through differentiable operands.
    pub needs_grad: bool,
    /// Whether the value depends on samples.
    pub of_samples: bool,
    /// The update weights, if there are any.
    pub update: Update,
    pub label: LabelId,
    pub location: &'static Location<'static>,
}

impl<T: Real> Node<T> {
    pub fn operand_range(&self) -> std::ops::Range<usize> {
        self.operands.0 as usize..self.operands.1 as usize
    }

    pub fn op_name(&self) -> &'static str {
        match self.kind {
            Kind::Input => "input",
            Kind::Param(_) => "param",
            Kind::Apply(op) => op.name(),
        }
    }
}
