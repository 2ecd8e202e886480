//! The backward pass, as one calls it; `pass` has the walk itself.

use gradroute_kernels::Real;

use crate::gradients::Gradients;
use crate::graph::Graph;
use crate::info::NodeRef;
use crate::node::{Kind, Var};
use crate::pass::Ask;
use crate::routing::edges::Edge;
use crate::routing::groups::GroupGradients;
use crate::routing::sample_norms::SampleNorms;

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

    /// Like [`Graph::backward`], with a gradient for each group of samples: `groups` has the number of
    /// the group, from 0, for each sample. In one pass: the adjoints of values that depend on samples
    /// are the same for all groups, terms that couple samples included; only what lands on a
    /// parameter, or on what is made of parameters alone, is apart. So the groups and
    /// [`GroupGradients::no_sample`] add up to the gradient of the whole batch.
    ///
    /// ```
    /// use gradroute_tape::{GroupGradients, Params, Shape, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let w = params.add("w", &[1, 1], || 2.0);
    /// let mut tape = Tape::new();
    /// let mut by_group = GroupGradients::new(&params, 2);
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::of_samples(&[3, 1]), &[1.0, 10.0, 100.0]);
    /// let penalty = g.sum(g.mul(g.param(w), g.param(w)));
    /// let loss = g.add(g.sum(g.linear(x, g.param(w), None)), penalty);
    /// g.backward_by_group(loss, &[0, 1, 0], &mut by_group);
    /// assert_eq!(by_group.group(0).get(w).unwrap(), [101.0]);
    /// assert_eq!(by_group.group(1).get(w).unwrap(), [10.0]);
    /// assert_eq!(by_group.no_sample().get(w).unwrap(), [4.0]);
    /// ```
    ///
    /// # Panics
    /// As [`Graph::backward`]; if a group's number is too large; or if a value that counts samples has
    /// not as many as `groups`.
    #[track_caller]
    pub fn backward_by_group(&self, loss: Var, groups: &[u8], gradients: &mut GroupGradients<T>) {
        gradients.begin(self.params, groups);
        let (sinks, groups) = gradients.parts();
        self.pass(loss, sinks, Ask { groups: Some(groups), ..Ask::default() });
    }

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
        let mut watch = |edge: Edge<'_, T>| {
            watch(edge);
            true
        };
        let ask = Ask { edge: Some(&mut watch), ..Ask::default() };
        self.pass(loss, std::slice::from_mut(gradients), ask);
    }

    /// Like [`Graph::backward_by_group`], and shows `watch` what each edge contributes, as
    /// [`Graph::backward_by_edge`] does: at what depends on no sample, for each group by itself. The
    /// contribution goes on only if `watch` returns true: so one sees what comes by one way alone.
    ///
    /// ```
    /// use gradroute_tape::{GroupGradients, Params, Shape, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let w = params.add("w", &[1, 1], || 3.0);
    /// let mut tape = Tape::new();
    /// let mut by_group = GroupGradients::new(&params, 1);
    /// let g = tape.graph(&params);
    /// let y = g.linear(g.literal(Shape::of_samples(&[1, 1]), &[1.0]), g.param(w), None);
    /// let loss = g.sum(g.add(g.scale(y, 2.0), g.mul(y, y)));
    /// g.backward_by_group_and_edge(loss, &[0], &mut by_group, |edge| edge.node.op_name() != "mul");
    /// assert_eq!(by_group.group(0).get(w).unwrap(), [2.0]); // without 2 y = 6
    /// ```
    ///
    /// # Panics
    /// As [`Graph::backward_by_group`].
    #[track_caller]
    pub fn backward_by_group_and_edge(
        &self,
        loss: Var,
        groups: &[u8],
        gradients: &mut GroupGradients<T>,
        mut watch: impl FnMut(Edge<'_, T>) -> bool,
    ) {
        gradients.begin(self.params, groups);
        let (sinks, groups) = gradients.parts();
        let ask = Ask { groups: Some(groups), edge: Some(&mut watch), ..Ask::default() };
        self.pass(loss, sinks, ask);
    }

    /// Like [`Graph::backward`], and finds how long each sample's share of the gradient is: the part of
    /// it that would not be there if, at every op that reads a parameter, this sample taught nothing.
    /// Terms that couple samples included; what belongs to no sample, such as a penalty on the
    /// parameters, is in no share. The shares and that add up to the gradient.
    ///
    /// For a linear layer this costs no backward pass a sample, and not even its gradients are formed.
    /// A parameter that several ops read, or that a value without samples is made of, takes
    /// further passes, with some samples each.
    ///
    /// ```
    /// use gradroute_tape::{Gradients, Params, SampleNorms, Shape, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let w = params.add("w", &[1, 2], || 1.0);
    /// let mut tape = Tape::new();
    /// let mut gradients = Gradients::new(&params);
    /// let mut norms = SampleNorms::new(&params, [w]);
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::of_samples(&[2, 2]), &[3.0, 4.0, 0.0, 1.0]);
    /// let loss = g.sum(g.linear(x, g.param(w), None));
    /// g.backward_with_sample_norms(loss, &mut gradients, &mut norms);
    /// assert_eq!(gradients.get(w).unwrap(), [3.0, 5.0]);
    /// assert_eq!(norms.of([w]), [5.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// As [`Graph::backward`]; if the norms were made for other parameters; or if one of these is taught
    /// by a value that depends on samples, but has no axis that counts them.
    #[track_caller]
    pub fn backward_with_sample_norms(
        &self,
        loss: Var,
        gradients: &mut Gradients<T>,
        norms: &mut SampleNorms<T>,
    ) {
        self.check_var(loss, "backward_with_sample_norms");
        norms.begin(self.state.borrow().tape, self.params, loss.index());
        gradients.begin(self.params);
        let ask = Ask { squares: Some(norms.squares()), ..Ask::default() };
        self.pass(loss, std::slice::from_mut(gradients), ask);
        norms.take_apart(self.params, |sinks, groups, only| {
            let ask = Ask { groups: Some(groups), only: Some(only), ..Ask::default() };
            self.pass(loss, sinks, ask);
        });
    }
}
