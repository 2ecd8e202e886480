//! The walk back through the list, from a loss to the parameters.

use gradroute_kernels::Real;

use crate::flow::{Behind, Dout, EdgeWatch, Flow};
use crate::gradients::Gradients;
use crate::graph::{Graph, State};
use crate::info::NodeRef;
use crate::node::{Kind, Var};
use crate::op::{Attrs, Backward, Op};
use crate::operands::{Memory, Operands};
use crate::routing::edges::Share;
use crate::routing::groups::Groups;
use crate::routing::sample_norms::Squares;
use crate::routing::seen::Seen;
use crate::routing::some_samples::SomeSamples;
use crate::routing::update::permit;
use crate::shape::Shape;
use crate::tape::Tape;
use crate::walk::Walk;

/// What a pass is asked for, besides gradients.
pub(crate) struct Ask<'q, T: Real> {
    /// A gradient for each of these.
    pub groups: Option<&'q Groups>,
    /// Gradients of these parameters alone.
    pub only: Option<&'q [bool]>,
    /// How long each sample's share is.
    pub squares: Option<&'q mut Squares<T>>,
    /// Shown each node with its adjoint, once that is whole.
    pub node: Option<&'q mut NodeWatch<'q, T>>,
    /// Shown what each edge contributes.
    pub edge: Option<&'q mut EdgeWatch<'q, T>>,
}

/// Shown a node and its adjoint.
type NodeWatch<'w, T> = dyn FnMut(NodeRef<'_, T>, &[T]) + 'w;

impl<T: Real> Default for Ask<'_, T> {
    fn default() -> Self {
        Self { groups: None, only: None, squares: None, node: None, edge: None }
    }
}

impl<T: Real> Graph<'_, T> {
    /// Walks the list backwards. What depends on samples has one adjoint. What depends on parameters
    /// alone has one for each of `sinks`: without groups there is one; with them there is one a group,
    /// and a last one for what belongs to no sample.
    #[track_caller]
    pub(crate) fn pass(&self, loss: Var, sinks: &mut [Gradients<T>], ask: Ask<'_, T>) {
        self.check_var(loss, "backward");
        let shape = self.shape(loss);
        assert!(
            shape.len() == 1,
            "backward starts from a single number, but the loss is {shape}: sum it or take its mean"
        );
        let state = self.state.borrow();
        let State { tape, inputs, .. } = &*state;
        let Ok(mut walk) = tape.walk.try_borrow_mut() else {
            panic!("backward can't be called from within the watch of another backward pass")
        };
        if !tape.nodes[loss.index()].needs_grad {
            return;
        }
        let Walk { adjoints, seen, some, contribution, taught } = &mut *walk;
        let memory = Memory { slab: &tape.slab, params: self.params.flat(), inputs };
        let Ask { groups, only, squares, node, edge } = ask;
        // Their lifetimes are to be as short as that of the rest.
        let watch = node.map(|watch| -> &mut NodeWatch<'_, T> { watch });
        let edge = edge.map(|watch| -> &mut EdgeWatch<'_, T> { watch });
        let generation = self.generation;
        let grouped = groups.is_some();
        let mut flow =
            Flow { tape, generation, adjoints, sinks, contribution, taught, grouped, watch: edge };
        flow.start(loss.index());
        let mut pass =
            Pass { tape, memory, generation, flow, seen, some, groups, only, squares, watch };
        for index in (0..=loss.index()).rev() {
            let Kind::Apply(op) = tape.nodes[index].kind else { continue };
            for part in 0..pass.flow.parts(index) {
                if pass.flow.has(index, part) {
                    pass.step(op, index, part);
                }
            }
        }
    }
}

struct Pass<'p, T: Real> {
    tape: &'p Tape<T>,
    memory: Memory<'p, T>,
    generation: u64,
    flow: Flow<'p, T>,
    seen: &'p mut Seen<T>,
    some: &'p mut SomeSamples<T>,
    groups: Option<&'p Groups>,
    only: Option<&'p [bool]>,
    squares: Option<&'p mut Squares<T>>,
    watch: Option<&'p mut NodeWatch<'p, T>>,
}

impl<T: Real> Pass<'_, T> {
    /// Hands the adjoint of a node on to its operands.
    #[track_caller]
    fn step(&mut self, op: &'static dyn Op<T>, index: usize, part: usize) {
        let Self { tape, generation, .. } = *self;
        let node = &tape.nodes[index];
        let at = At {
            operands: Operands {
                indices: &tape.operands[node.operand_range()],
                stored: &tape.stored,
                memory: self.memory,
                replaced: &[],
            },
            attrs: &node.attrs,
            out: self.memory.read(tape.stored[index]),
            shape: tape.stored[index].shape,
        };
        self.flow.keep(index, part);
        if let Some(watch) = &mut self.watch {
            watch(NodeRef { index, tape, generation }, self.flow.adjoint(index, part));
        }
        let adjoint = self.flow.adjoint_mut(index, part);
        op.prepare_backward(at.operands, at.attrs, at.out, adjoint);
        self.seen.forget();
        for position in 0..at.operands.count() {
            let behind = &tape.nodes[at.operands.indices[position] as usize];
            let skipped = match behind.kind {
                Kind::Param(p) => self.only.is_some_and(|only| !only[p]),
                _ => false,
            };
            if skipped || !behind.needs_grad || !op.differentiable(position, at.attrs) {
                continue;
            }
            if node.of_samples && !behind.of_samples {
                self.leave_samples(op, at, index, position);
                continue;
            }
            let share = if behind.of_samples { Share::Whole } else { self.flow.share(part) };
            let to = Behind { index, position, share };
            permit_behind(&mut self.flow, tape, op, at, to, None);
            self.flow.send(to, Dout::Of(part), |dout, write, dx| {
                op.backward(at.with(at.operands, dout), position, write, dx);
            });
        }
        self.flow.release(index, part);
    }

    /// Hands an adjoint on to an operand that depends on no sample, a share for each group.
    #[track_caller]
    fn leave_samples(
        &mut self,
        op: &'static dyn Op<T>,
        at: At<'_, T>,
        index: usize,
        position: usize,
    ) {
        let node = &self.tape.nodes[index];
        if !node.update.is_none() {
            let columns = op.operand_with_columns(at.attrs);
            self.seen.look(node, at.operands, columns, at.shape, self.flow.adjoint(index, 0));
        }
        let replaced = self.seen.operand();
        let operands = at.operands.with(replaced.as_slice());
        let whole = self.seen.dout().map_or(Dout::Of(0), Dout::Given);
        let groups = self.groups.filter(|_| at.shape.carries_samples());
        let Some(groups) = groups else {
            let share = self.flow.last_share();
            let to = Behind { index, position, share };
            permit_behind(&mut self.flow, self.tape, op, at, to, None);
            self.flow.send(to, whole, |dout, write, dx| {
                op.backward(at.with(operands, dout), position, write, dx);
            });
            if let (Some(squares), Some(p)) =
                (&mut self.squares, self.tape.param_at(index, position))
            {
                let dout = self.flow.read(index, whole);
                squares.add(p, op, at.with(operands, dout), position, self.some);
            }
            return;
        };
        if self.only.is_some() && at.shape.dims()[0] != groups.count_samples() {
            return;
        }
        assert!(
            at.shape.dims()[0] == groups.count_samples(),
            "the backward pass by groups was given the groups of {3} samples, but {0} at {1} gives {2}",
            op.name(),
            node.location,
            at.shape,
            groups.count_samples()
        );
        for (group, samples) in groups.iter().enumerate().filter(|(_, of)| !of.is_empty()) {
            let share = Share::Group(group);
            let to = Behind { index, position, share };
            permit_behind(&mut self.flow, self.tape, op, at, to, Some(samples));
            self.flow.send(to, whole, |dout, write, dx| {
                self.some.only(op, at.with(operands, dout), samples, |node| {
                    op.backward(node, position, write, dx);
                });
            });
        }
    }
}

/// Notes what may be taught of what lies behind an edge and depends on no sample, by some samples or by
/// all.
fn permit_behind<T: Real>(
    flow: &mut Flow<'_, T>,
    tape: &Tape<T>,
    op: &'static dyn Op<T>,
    at: At<'_, T>,
    to: Behind,
    samples: Option<&[u32]>,
) {
    let (node, part) = (&tape.nodes[to.index], flow.part(to.share));
    let target = at.operands.indices[to.position] as usize;
    let behind = &tape.nodes[target];
    if behind.of_samples || !node.of_samples && !flow.is_taught(to.index, part) {
        return;
    }
    let weights = (!node.update.is_none()).then(|| permit(node, at.operands, at.shape, samples));
    match (behind.kind, weights) {
        (Kind::Param(p), None) => flow.allowed(p, to.share).add_all(),
        (Kind::Param(p), Some(weights)) => {
            op.permit(&weights, to.position, flow.allowed(p, to.share));
        }
        (_, weights) => {
            if weights.is_none_or(|weights| weights.any()) {
                flow.teach(target, part);
            }
        }
    }
}

/// A node, but for what its adjoint is taken to be.
#[derive(Clone, Copy)]
struct At<'s, T: Real> {
    operands: Operands<'s, T>,
    attrs: &'s Attrs,
    out: &'s [T],
    shape: Shape,
}

impl<'s, T: Real> At<'s, T> {
    fn with<'n>(&self, operands: Operands<'n, T>, dout: &'n [T]) -> Backward<'n, T>
    where
        's: 'n,
    {
        Backward { operands, attrs: self.attrs, out: self.out, shape: self.shape, dout }
    }
}
