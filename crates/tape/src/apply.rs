//! Applying an op: its shape rule, its forward, its node.

use gradroute_kernels::Real;

use crate::graph::{Graph, State};
use crate::node::{Kind, Var};
use crate::op::{Attrs, Op};
use crate::operands::{Memory, Operands, Place, Stored};
use crate::params::Params;
use crate::routing::update;
use crate::surrogate::{self, Mode, has_surrogate};

impl<'a, T: Real> Graph<'a, T> {
    /// Applies an op: checks the shapes, runs its forward, records it.
    ///
    /// # Panics
    /// If a `Var` is not of this graph or the op's shape rule is broken; the message names the
    /// op, its operands with labels and shapes, the rule, and the caller's file and line.
    #[track_caller]
    pub fn apply(&self, op: &'static dyn Op<T>, operands: &[Var], attrs: Attrs) -> Var {
        let mut state = self.recording();
        for var in operands {
            self.check_var(*var, op.name());
        }
        let first = state.tape.operands.len();
        state.tape.operands.extend(operands.iter().map(|v| v.index));
        let view = Operands {
            indices: &state.tape.operands[first..],
            stored: &state.tape.stored,
            memory: state.memory(self.params),
            replaced: &[],
        };
        let shape = match op.shape(view, &attrs) {
            Ok(shape) => shape,
            Err(rule) => self.refuse(&state, op.name(), operands, &rule),
        };
        let update = match update::fitting(&state, op, operands, &attrs, shape) {
            Ok(update) => update,
            Err(rule) => self.refuse(&state, op.name(), operands, &rule),
        };
        let has_surrogate = op.has_surrogate(&attrs) || !update.is_none();
        let replaying = has_surrogate && matches!(state.mode, Mode::Replay(_));
        let place = match op.alias() {
            Some(i) if !replaying => state.tape.stored[operands[i].index()].place,
            _ => Place::Slab { start: state.reserve(shape.len()) },
        };
        let var = self.push(&mut state, Kind::Apply(op), operands, attrs, shape, place);
        state.tape.nodes[var.index()].update = update;
        if op.alias().is_none() || replaying {
            run_forward(&mut state, self.params, var.index(), op);
        }
        if has_surrogate
            && let State { tape, inputs, mode: Mode::Record(recorded), .. } = &mut *state
        {
            let memory = Memory { slab: &tape.slab, params: self.params.flat(), inputs };
            let node = &tape.nodes[var.index()];
            let indices = &tape.operands[node.operand_range()];
            let (stored, replaced) = (&tape.stored[..], &[][..]);
            recorded.record(var.index(), Operands { indices, stored, memory, replaced });
        }
        var
    }

    #[track_caller]
    fn refuse(&self, state: &State<'a, T>, op: &str, operands: &[Var], rule: &str) -> ! {
        let mut list = String::new();
        for (i, var) in operands.iter().enumerate() {
            let node = &state.tape.nodes[var.index()];
            let shape = state.tape.stored[var.index()].shape;
            let label = state.tape.labels.path(node.label);
            let label = if label.is_empty() { String::new() } else { format!("{label}, ") };
            let name = match node.kind {
                Kind::Param(p) => format!("param `{}`", self.params.name(self.params.handle(p))),
                _ => node.op_name().to_owned(),
            };
            list += &format!("\n  operand {i}: {name} {shape} ({label}{})", node.location);
        }
        let label = state.tape.labels.path(state.tape.labels.current());
        let label = if label.is_empty() { String::new() } else { format!(" in {label}") };
        panic!("{op}{label}: {rule}{list}");
    }
}

/// Runs an op's forward (or, when replaying, its surrogate) into its region at the slab's end.
fn run_forward<T: Real>(
    state: &mut State<'_, T>,
    params: &Params<T>,
    index: usize,
    op: &'static dyn Op<T>,
) {
    let State { tape, inputs, mode, .. } = state;
    let node = &tape.nodes[index];
    let Stored { shape, place, .. } = tape.stored[index];
    let Place::Slab { start } = place else { unreachable!("outputs lie in the slab") };
    let (before, after) = tape.slab.split_at_mut(start);
    let out = &mut after[..shape.len()];
    let memory = Memory { slab: before, params: params.flat(), inputs };
    let indices = &tape.operands[node.operand_range()];
    let operands = Operands { indices, stored: &tape.stored, memory, replaced: &[] };
    match mode {
        Mode::Replay(recorded) if has_surrogate(node) => {
            surrogate::evaluate(&tape.nodes, index, operands, recorded.operands(index), out);
        }
        _ => op.forward(operands, &node.attrs, out),
    }
}
