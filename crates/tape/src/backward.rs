//! The backward pass, as one calls it; `pass` has the walk itself.

use gradroute_kernels::Real;

use crate::gradients::Gradients;
use crate::graph::Graph;
use crate::info::NodeRef;
use crate::node::Var;

impl<T: Real> Graph<'_, T> {
    /// Computes the gradient of `loss` with respect to every parameter that it depends on, as
    /// far as routes let it through. May be called any number of times on one graph, with any of
    /// its values as the loss.
    ///
    /// # Panics
    /// If `loss` is not a single number or `gradients` were made for other parameters.
    #[track_caller]
    pub fn backward(&self, loss: Var, gradients: &mut Gradients<T>) {
        self.backward_watched(loss, gradients, |_, _| {});
    }

    /// Like [`Graph::backward`], but adds to what `gradients` hold already: for the parts of a batch
    /// that does not fit into memory, each on a graph of its own, or for several losses.
    ///
    /// ```
    /// use gradroute_tape::{Gradients, Params, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let w = params.add("w", &[1], || 3.0);
    /// let mut tape = Tape::new();
    /// let mut gradients = Gradients::new(&params);
    /// let g = tape.graph(&params);
    /// let w_ = g.param(w);
    /// g.backward(g.sum(w_), &mut gradients);
    /// g.backward_more(g.sum(g.mul(w_, w_)), &mut gradients);
    /// assert_eq!(gradients.get(w).unwrap(), [1.0 + 6.0]);
    /// ```
    ///
    /// # Panics
    /// As [`Graph::backward`].
    #[track_caller]
    pub fn backward_more(&self, loss: Var, gradients: &mut Gradients<T>) {
        gradients.begin_more(self.params);
        self.pass(loss, std::slice::from_mut(gradients), None, |_, _| {});
    }

    /// Like [`Graph::backward`], and calls `watch(node, adjoint)` for each node just before its
    /// op's backward, when its adjoint is complete. Nodes come in reverse order of creation;
    /// those without an adjoint, and parameters, don't come at all.
    ///
    /// The graph can be read within `watch`, values too, but not grow.
    ///
    /// Elements of an adjoint that the node's op ignores (where the output of a ReLU is 0) may
    /// read +0 instead of what would be computed for them.
    ///
    /// # Panics
    /// As [`Graph::backward`].
    #[track_caller]
    pub fn backward_watched(
        &self,
        loss: Var,
        gradients: &mut Gradients<T>,
        watch: impl FnMut(NodeRef<'_, T>, &[T]),
    ) {
        gradients.begin(self.params);
        self.pass(loss, std::slice::from_mut(gradients), None, watch);
    }
}
