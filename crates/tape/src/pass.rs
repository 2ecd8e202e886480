//! The walk back through the list, from a loss to the parameters.

use gradroute_kernels::{Real, Write};

use crate::adjoints::Adjoints;
use crate::gradients::Gradients;
use crate::graph::{Graph, State};
use crate::groups::Groups;
use crate::info::NodeRef;
use crate::node::{Kind, Node, Var};
use crate::op::{Attrs, Backward};
use crate::operands::{Memory, Operands};
use crate::shape::Shape;
use crate::update::{Seen, permit};

/// What the walk writes, apart from gradients. It outlives the step, so that its memory is used again.
#[derive(Default)]
pub(crate) struct Walk<T> {
    /// That of node i, part p is number `p * nodes + i`.
    pub adjoints: Adjoints<T>,
    /// What parameters see of the node at hand, where that is not all.
    seen: Seen<T>,
    /// An adjoint without the samples of other groups.
    of_group: Vec<T>,
}

impl<T: Real> Graph<'_, T> {
    /// Walks the list backwards. What depends on samples has one adjoint. What depends on parameters
    /// alone has one for each of `sinks`: without groups there is one; with them there is one a group,
    /// and a last one for what belongs to no sample.
    #[track_caller]
    pub(crate) fn pass(
        &self,
        loss: Var,
        sinks: &mut [Gradients<T>],
        groups: Option<&Groups>,
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
        let Ok(mut walk) = tape.walk.try_borrow_mut() else {
            panic!("backward can't be called from within the watch of another backward pass")
        };
        let Walk { adjoints, seen, of_group } = &mut *walk;
        let (parts, none) = (sinks.len(), sinks.len() - 1);
        let slot = |node: usize, part: usize| part * nodes.len() + node;
        adjoints.begin(parts * nodes.len());
        let start = &nodes[loss.index()];
        if !start.needs_grad {
            return;
        }
        let part = if start.of_samples { 0 } else { none };
        if let Kind::Param(p) = start.kind {
            let (dx, had) = sinks[part].slot(p);
            return first(!had).to(&mut dx[0], T::ONE);
        }
        adjoints.allocate(slot(loss.index(), part), 1);
        adjoints.get_mut(slot(loss.index(), part))[0] = T::ONE;
        let memory = Memory { slab: &tape.slab, params: self.params.flat(), inputs };

        for index in (0..=loss.index()).rev() {
            let node = &nodes[index];
            let Kind::Apply(op) = node.kind else { continue };
            let indices = &tape.operands[node.operand_range()];
            let operands = Operands { indices, stored, memory, replaced: &[] };
            let (out, shape) = (memory.read(stored[index]), stored[index].shape);
            let at = At { attrs: &node.attrs, out, shape };
            for part in 0..if node.of_samples { 1 } else { parts } {
                let own = slot(index, part);
                if !adjoints.has(own) {
                    continue;
                }
                let (all, labels) = (&tape.operands, &tape.labels);
                watch(NodeRef { index, nodes, stored, operands: all, labels }, adjoints.get(own));
                op.prepare_backward(operands, &node.attrs, out, adjoints.get_mut(own));
                seen.forget();

                for (position, &target) in indices.iter().enumerate() {
                    let target = target as usize;
                    let (behind, len) = (&nodes[target], stored[target].shape.len());
                    if !behind.needs_grad || !op.differentiable(position, &node.attrs) {
                        continue;
                    }
                    if let (Kind::Param(p), true) = (behind.kind, part == 0) {
                        let allowed = sinks[0].allowed(p);
                        match node.update.is_none() {
                            true => allowed.add_all(),
                            false => op.permit(&permit(node, operands, shape), position, allowed),
                        }
                    }
                    if !node.of_samples || behind.of_samples {
                        let part = if behind.of_samples { 0 } else { part };
                        let to = Target { node: behind, slot: slot(target, part), len };
                        to.receive(adjoints, &mut sinks[part], Dout::Of(own), |dout, write, dx| {
                            op.backward(at.node(operands, dout), position, write, dx);
                        });
                        continue;
                    }
                    // Here the gradient leaves the samples.
                    if !node.update.is_none() {
                        let columns = op.operand_with_columns(&node.attrs);
                        seen.look(node, operands, columns, shape, adjoints.get(own));
                    }
                    let replaced = seen.operand();
                    let operands = Operands { replaced: replaced.as_slice(), ..operands };
                    let to = |part| Target { node: behind, slot: slot(target, part), len };
                    let whole = seen.dout().map_or(Dout::Of(own), Dout::Given);
                    let Some(groups) = groups.filter(|_| shape.carries_samples()) else {
                        to(none).receive(adjoints, &mut sinks[none], whole, |dout, write, dx| {
                            op.backward(at.node(operands, dout), position, write, dx);
                        });
                        continue;
                    };
                    assert!(
                        shape.dims()[0] == groups.count_samples(),
                        "{} at {} gives {shape}, but there are groups for {} samples",
                        op.name(),
                        node.location,
                        groups.count_samples()
                    );
                    for (part, samples) in groups.iter().enumerate().filter(|(_, s)| !s.is_empty())
                    {
                        to(part).receive(adjoints, &mut sinks[part], whole, |dout, write, dx| {
                            let node = at.node(operands, dout);
                            if op.backward_of_samples(node, position, samples, write, dx) {
                                return;
                            }
                            groups.copy_samples(of_group, dout, samples);
                            op.backward(at.node(operands, of_group), position, write, dx);
                        });
                    }
                }
                adjoints.release(own);
            }
        }
    }
}

/// A node, but for what its operands and its adjoint are taken to be.
struct At<'s, T: Real> {
    attrs: &'s Attrs,
    out: &'s [T],
    shape: Shape,
}

impl<'s, T: Real> At<'s, T> {
    fn node<'n>(&self, operands: Operands<'n, T>, dout: &'n [T]) -> Backward<'n, T>
    where
        's: 'n,
    {
        Backward { operands, attrs: self.attrs, out: self.out, shape: self.shape, dout }
    }
}

/// Where an adjoint is read.
#[derive(Clone, Copy)]
enum Dout<'d, T> {
    Of(usize),
    Given(&'d [T]),
}

/// Where a share of a gradient goes.
struct Target<'n, T: Real> {
    node: &'n Node<T>,
    /// Its adjoint, if it is no parameter.
    slot: usize,
    len: usize,
}

impl<T: Real> Target<'_, T> {
    /// Calls `write` with the adjoint `dout`, how to write, and where.
    fn receive(
        self,
        adjoints: &mut Adjoints<T>,
        sink: &mut Gradients<T>,
        dout: Dout<'_, T>,
        write: impl FnOnce(&[T], Write, &mut [T]),
    ) {
        if let Kind::Param(p) = self.node.kind {
            let (dx, had) = sink.slot(p);
            let dout = match dout {
                Dout::Of(slot) => adjoints.get(slot),
                Dout::Given(dout) => dout,
            };
            return write(dout, first(!had), dx);
        }
        let had = adjoints.has(self.slot);
        if !had {
            adjoints.allocate(self.slot, self.len);
        }
        match dout {
            Dout::Of(slot) => {
                let (dout, dx) = adjoints.read_and_write(slot, self.slot);
                write(dout, first(!had), dx);
            }
            Dout::Given(dout) => write(dout, first(!had), adjoints.get_mut(self.slot)),
        }
    }
}

/// The first writer stores and later ones add: adding to a zero fill would turn -0 into +0.
fn first(is_first: bool) -> Write {
    if is_first { Write::Store } else { Write::Add }
}
