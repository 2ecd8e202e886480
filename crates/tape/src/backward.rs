//! The backward pass.

use gradroute_kernels::{Real, Write};

use crate::gradients::Gradients;
use crate::graph::{Graph, State};
use crate::info::NodeRef;
use crate::node::{Kind, Var};
use crate::op::Backward;
use crate::operands::{Memory, Operands};

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
        self.pass(loss, gradients, |_, _| {});
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
        self.pass(loss, gradients, watch);
    }

    /// Walks the list backwards; `gradients` have begun.
    #[track_caller]
    fn pass(
        &self,
        loss: Var,
        gradients: &mut Gradients<T>,
        mut watch: impl FnMut(NodeRef<'_, T>, &[T]),
    ) {
        self.check_var(loss, "backward");
        let shape = self.shape(loss);
        assert!(
            shape.len() == 1,
            "backward starts from a single number, but the loss is {shape}: sum it or take its mean"
        );
        let state = self.state.borrow();
        let State { tape, inputs, .. } = &*state;
        let (nodes, stored) = (&tape.nodes, &tape.stored);
        let Ok(mut adjoints) = tape.adjoints.try_borrow_mut() else {
            panic!("backward can't be called from within the watch of another backward pass")
        };
        adjoints.begin(nodes.len());
        match nodes[loss.index()].kind {
            Kind::Param(p) if nodes[loss.index()].needs_grad => {
                let (dx, had) = gradients.slot(p);
                return first(!had).to(&mut dx[0], T::ONE);
            }
            _ if !nodes[loss.index()].needs_grad => return,
            _ => {}
        }
        adjoints.allocate(loss.index(), 1);
        adjoints.get_mut(loss.index())[0] = T::ONE;
        let memory = Memory { slab: &tape.slab, params: self.params.flat(), inputs };

        for index in (0..=loss.index()).rev() {
            let node = &nodes[index];
            let Kind::Apply(op) = node.kind else { continue };
            if !adjoints.has(index) {
                continue;
            }
            let operands =
                Operands { indices: &tape.operands[node.operand_range()], stored, memory };
            let out = memory.read(stored[index]);
            let view =
                NodeRef { index, nodes, stored, operands: &tape.operands, labels: &tape.labels };
            watch(view, adjoints.get_mut(index));
            op.prepare_backward(operands, &node.attrs, out, adjoints.get_mut(index));

            for position in 0..operands.count() {
                let target = operands.indices[position] as usize;
                if !nodes[target].needs_grad || !op.differentiable(position, &node.attrs) {
                    continue;
                }
                let step = |dout| Backward {
                    operands,
                    attrs: &node.attrs,
                    out,
                    shape: stored[index].shape,
                    dout,
                };
                if let Kind::Param(p) = nodes[target].kind {
                    let (dx, had) = gradients.slot(p);
                    op.backward(step(adjoints.get_mut(index)), position, first(!had), dx);
                } else {
                    let had = adjoints.has(target);
                    if !had {
                        adjoints.allocate(target, stored[target].shape.len());
                    }
                    let (dout, dx) = adjoints.read_and_write(index, target);
                    op.backward(step(dout), position, first(!had), dx);
                }
            }
            adjoints.release(index);
        }
    }
}

/// The first writer stores and later ones add: adding to a zero fill would turn -0 into +0.
fn first(is_first: bool) -> Write {
    if is_first { Write::Store } else { Write::Add }
}
