//! The backward pass, as one calls it; `pass` has the walk itself.

use gradroute_kernels::Real;

use crate::gradients::Gradients;
use crate::graph::Graph;
use crate::info::NodeRef;
use crate::node::{Kind, Var};
use crate::pass::Ask;

impl<T: Real> Graph<'_, T> {
    /// Computes the gradient of `loss` with respect to every parameter that it depends on, as
    /// far as routes let it through. May be called any number of times on one graph, with any of
    /// its values as the loss.
    ///
    /// # Panics
    /// If `loss` is not a single number or `gradients` were made for other parameters.
    #[track_caller]
    pub fn backward(&self, loss: Var, gradients: &mut Gradients<T>) {
        gradients.begin(self.params);
        self.pass(loss, std::slice::from_mut(gradients), Ask::default());
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
        self.pass(loss, std::slice::from_mut(gradients), Ask::default());
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
        mut watch: impl FnMut(NodeRef<'_, T>, &[T]),
    ) {
        gradients.begin(self.params);
        let ask = Ask { node: Some(&mut watch), ..Ask::default() };
        self.pass(loss, std::slice::from_mut(gradients), ask);
    }

    /// Has backward passes keep the gradient of the loss with respect to a value, to be read afterwards
    /// as [`Gradients::kept`] under `label`: PyTorch's `retain_grad`.
    ///
    /// ```
    /// use gradroute_tape::{Gradients, Params, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let w = params.add("w", &[2], || 3.0);
    /// let mut tape = Tape::new();
    /// let mut gradients = Gradients::new(&params);
    /// let g = tape.graph(&params);
    /// let encoding = g.scale(g.param(w), 2.0);
    /// g.keep("encoding", encoding);
    /// g.backward(g.sum(g.mul(encoding, encoding)), &mut gradients);
    /// assert_eq!(gradients.kept("encoding").unwrap(), [12.0, 12.0]);
    /// ```
    ///
    /// # Panics
    /// If the label is taken on this graph, or the value is no result of an op:
    /// [`Gradients::get`] has the gradient of a parameter.
    #[doc(alias = "retain_grad")]
    #[track_caller]
    pub fn keep(&self, label: &'static str, var: Var) {
        self.check_var(var, "keep");
        let tape = &mut *self.recording().tape;
        assert!(
            matches!(tape.nodes[var.index()].kind, Kind::Apply(_)),
            "keep {label:?}: only what an op computed has a gradient to keep; that of a parameter is \
             Gradients::get, and an input has none"
        );
        assert!(
            tape.kept.iter().all(|&(taken, _)| taken != label),
            "keep {label:?}: this label is taken on this graph"
        );
        tape.kept.push((label, var.index()));
    }
}
