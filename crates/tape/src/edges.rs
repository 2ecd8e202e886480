//! What each edge of a graph contributes to a gradient.

use gradroute_kernels::Real;

use crate::gradients::Gradients;
use crate::graph::Graph;
use crate::groups::GroupGradients;
use crate::info::NodeRef;
use crate::node::Var;
use crate::pass::Ask;

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

impl<T: Real> Graph<'_, T> {
    /// Like [`Graph::backward`], and shows `watch` what each edge contributes: a value that is used
    /// twice has a gradient that is the sum of two contributions, each of which comes by itself.
    /// Parameters come too. A contribution is what the node's op computes from its adjoint, so it is
    /// exactly 0 where a route blocks it.
    ///
    /// Sums may differ in their last bits from those of [`Graph::backward`], which does not form the
    /// contributions one by one.
    ///
    /// ```
    /// use gradroute_tape::{Gradients, Params, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let w = params.add("w", &[1], || 3.0);
    /// let mut tape = Tape::new();
    /// let mut gradients = Gradients::new(&params);
    /// let g = tape.graph(&params);
    /// let y = g.scale(g.param(w), 2.0);
    /// let loss = g.sum(g.add(g.detach(y), g.mul(y, y)));
    /// let mut to_y = Vec::new();
    /// g.backward_by_edge(loss, &mut gradients, |edge| {
    ///     if edge.operand.var() == y {
    ///         to_y.push((edge.node.op_name(), edge.contribution.to_vec()));
    ///     }
    /// });
    /// // Both operands of `mul`; nothing comes through `detach`.
    /// assert_eq!(to_y, [("mul", vec![6.0]), ("mul", vec![6.0])]);
    /// ```
    ///
    /// # Panics
    /// As [`Graph::backward`].
    #[track_caller]
    pub fn backward_by_edge(
        &self,
        loss: Var,
        gradients: &mut Gradients<T>,
        mut watch: impl FnMut(Edge<'_, T>),
    ) {
        gradients.begin(self.params);
        let ask = Ask { edge: Some(&mut watch), ..Ask::default() };
        self.pass(loss, std::slice::from_mut(gradients), ask);
    }

    /// Like [`Graph::backward_by_group`], and shows `watch` what each edge contributes, as
    /// [`Graph::backward_by_edge`] does: at what depends on no sample, for each group by itself.
    ///
    /// # Panics
    /// As [`Graph::backward_by_group`].
    #[track_caller]
    pub fn backward_by_group_and_edge(
        &self,
        loss: Var,
        groups: &[u8],
        gradients: &mut GroupGradients<T>,
        mut watch: impl FnMut(Edge<'_, T>),
    ) {
        gradients.begin(self.params, groups);
        let (sinks, groups) = gradients.parts();
        let ask = Ask { groups: Some(groups), edge: Some(&mut watch), ..Ask::default() };
        self.pass(loss, sinks, ask);
    }
}
