//! What parameters see of a node, where update weights stand in between.

use gradroute_kernels::{Real, Write};

use crate::node::Node;
use crate::operands::{Operands, Replaced};
use crate::ops::select::masked;
use crate::shape::Shape;

/// Weights with the axes that they lack.
pub(crate) fn placed(weights: Shape, full: Shape) -> Shape {
    let missing = full.rank() - weights.rank();
    (0..missing).fold(weights, |shape, _| shape.with_last(1))
}

/// What the parameters of a node see of its adjoint and of the operand they are multiplied with.
#[derive(Default)]
pub(crate) struct Seen<T> {
    dout: Vec<T>,
    operand: Vec<T>,
    /// Which of both are of the node at hand.
    has_dout: bool,
    has_operand: Option<(usize, Shape)>,
}

impl<T: Real> Seen<T> {
    /// Begins with another node, of which all is seen.
    pub fn forget(&mut self) {
        (self.has_dout, self.has_operand) = (false, None);
    }

    /// Multiplies with the update weights of a node, if that is not done yet. `position` is that of
    /// the operand with columns.
    pub fn look(
        &mut self,
        node: &Node<T>,
        operands: Operands<'_, T>,
        position: Option<usize>,
        shape: Shape,
        dout: &[T],
    ) {
        let times = |weights: u32, value: &[T], full: Shape, out: &mut Vec<T>| {
            let stored = operands.stored[weights as usize];
            let (mask, mask_shape) = (operands.memory.read(stored), placed(stored.shape, full));
            out.resize(value.len(), T::ZERO);
            masked(Write::Store, out, value, mask, mask_shape, full);
        };
        if let (Some(rows), false) = (node.update.rows, self.has_dout) {
            times(rows, dout, shape, &mut self.dout);
            self.has_dout = true;
        }
        if let (Some(columns), Some(i), None) = (node.update.columns, position, self.has_operand) {
            times(columns, operands.value(i), operands.shape(i), &mut self.operand);
            self.has_operand = Some((i, operands.shape(i)));
        }
    }

    /// The adjoint, if it is another than the node's.
    pub fn dout(&self) -> Option<&[T]> {
        self.has_dout.then_some(&self.dout[..])
    }

    /// The operand that is another than the node's.
    pub fn operand(&self) -> Option<Replaced<'_, T>> {
        self.has_operand.map(|(position, shape)| (position, shape, &self.operand[..]))
    }
}
