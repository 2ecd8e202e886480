//! The open tape of one step: opening it, writing nodes down, label scopes.

use std::cell::{RefCell, RefMut};
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};

use gradroute_kernels::Real;

use crate::adjoints::ALIGN;
use crate::node::{Kind, Node, Update, Var};
use crate::op::Attrs;
use crate::operands::{Inputs, Memory, Operands, Place, Stored};
use crate::params::Params;
use crate::shape::Shape;
use crate::surrogate::{Mode, Recorded};
use crate::tape::Tape;

static GENERATIONS: AtomicU64 = AtomicU64::new(1);

/// The open tape of one step. Its methods take `&self`, so that calls nest:
/// `g.relu(g.add(x, y))`.
///
/// A graph borrows the tape's memory, the parameters and its inputs; the borrows end with its
/// last use, so an optimizer's step may follow directly.
pub struct Graph<'a, T: Real> {
    pub(crate) state: RefCell<State<'a, T>>,
    pub(crate) params: &'a Params<T>,
    pub(crate) generation: u64,
}

pub(crate) struct State<'a, T: Real> {
    pub tape: &'a mut Tape<T>,
    pub inputs: Inputs<'a, T>,
    pub mode: Mode<'a, T>,
    /// The update weights of the ops to come.
    pub update: Update,
}

impl<'a, T: Real> State<'a, T> {
    /// Takes room for `len` elements at the end of the slab and returns where it starts.
    pub fn reserve(&mut self, len: usize) -> usize {
        let start = self.tape.used;
        self.tape.used += len.next_multiple_of(ALIGN);
        if self.tape.slab.len() < self.tape.used {
            self.tape.slab.resize(self.tape.used, T::ZERO);
        }
        start
    }

    pub fn memory<'s>(&'s self, params: &'s Params<T>) -> Memory<'s, T> {
        Memory { slab: &self.tape.slab, params: params.flat(), inputs: &self.inputs }
    }

    pub fn operands<'s>(&'s self, node: &Node<T>, params: &'s Params<T>) -> Operands<'s, T> {
        Operands {
            indices: &self.tape.operands[node.operand_range()],
            stored: &self.tape.stored,
            memory: self.memory(params),
            replaced: &[],
        }
    }
}

impl<T: Real> Tape<T> {
    /// Opens the graph of one step over `params`. What an earlier graph recorded is forgotten;
    /// its memory is used again.
    pub fn graph<'a>(&'a mut self, params: &'a Params<T>) -> Graph<'a, T> {
        self.nodes.clear();
        self.stored.clear();
        self.operands.clear();
        self.used = 0;
        self.kept.clear();
        self.param_nodes.clear();
        self.param_nodes.resize(params.count(), None);
        self.labels.close_all();
        Graph::open(self, params, GENERATIONS.fetch_add(1, Ordering::Relaxed))
    }
}

impl<'a, T: Real> Graph<'a, T> {
    fn open(tape: &'a mut Tape<T>, params: &'a Params<T>, generation: u64) -> Self {
        let (inputs, mode, update) = (Inputs::new(), Mode::Normal, Update::NONE);
        let state = State { tape, inputs, mode, update };
        Self { state: RefCell::new(state), params, generation }
    }

    /// Opens the same tape in another mode, for the gradient checker.
    pub(crate) fn with_mode(self, mode: Mode<'a, T>) -> Self {
        self.state.borrow_mut().mode = mode;
        self
    }

    pub(crate) fn into_recorded(self) -> Option<Recorded<T>> {
        match self.state.into_inner().mode {
            Mode::Record(recorded) => Some(recorded),
            Mode::Normal | Mode::Replay(_) => None,
        }
    }

    /// The parameters this graph was opened over.
    pub fn params(&self) -> &'a Params<T> {
        self.params
    }

    /// Whether a value is one of this graph.
    pub fn has(&self, var: Var) -> bool {
        var.generation == self.generation
    }

    /// Opens a label scope until the guard is dropped: ops applied meanwhile are labelled with
    /// `name`, inside a scope `outer` with `outer.name`, whether `name` begins with `outer.` or not.
    #[must_use = "the scope closes when the guard is dropped"]
    #[track_caller]
    pub fn scope(&self, name: &str) -> Scope<'_, 'a, T> {
        self.recording().tape.labels.push(name);
        Scope { graph: self }
    }

    #[track_caller]
    pub(crate) fn push(
        &self,
        state: &mut RefMut<'_, State<'a, T>>,
        kind: Kind<T>,
        operands: &[Var],
        attrs: Attrs,
        shape: Shape,
        place: Place,
    ) -> Var {
        let tape = &mut *state.tape;
        let needs_grad = match kind {
            Kind::Input => false,
            Kind::Param(i) => !self.params.is_frozen(self.params.handle(i)),
            Kind::Apply(op) => operands
                .iter()
                .enumerate()
                .any(|(i, v)| tape.nodes[v.index()].needs_grad && op.differentiable(i, &attrs)),
        };
        let of_samples = match kind {
            Kind::Param(_) => false,
            Kind::Input => shape.carries_samples(),
            Kind::Apply(_) => {
                shape.carries_samples() || operands.iter().any(|v| tape.nodes[v.index()].of_samples)
            }
        };
        let ignores_adjoint_of_zeros = match kind {
            Kind::Apply(op) => match op.alias() {
                // What only passes on the gradient of its operand has the operand's zeros.
                Some(i) => tape.stored[operands[i].index()].ignores_adjoint_of_zeros,
                None => op.ignores_adjoint_of_zeros(&attrs),
            },
            Kind::Input | Kind::Param(_) => false,
        };
        tape.stored.push(Stored { shape, place, ignores_adjoint_of_zeros });
        let end = tape.operands.len();
        tape.nodes.push(Node {
            kind,
            attrs,
            operands: ((end - operands.len()) as u32, end as u32),
            needs_grad,
            of_samples,
            update: Update::NONE,
            label: tape.labels.current(),
            location: Location::caller(),
        });
        Var { index: tape.nodes.len() as u32 - 1, generation: self.generation }
    }

    #[track_caller]
    pub(crate) fn recording(&self) -> RefMut<'_, State<'a, T>> {
        match self.state.try_borrow_mut() {
            Ok(state) => state,
            Err(_) => panic!(
                "the graph can't grow while one of its values is being looked at: drop the guard \
                 that value() returned first (or copy what you need out of it); nor can it grow \
                 within the watch of a backward pass"
            ),
        }
    }

    #[track_caller]
    pub(crate) fn check_var(&self, var: Var, user: &str) {
        assert!(
            var.generation == self.generation,
            "{user}: this Var (index {}) belongs to another graph: each step opens a new graph, \
             and Vars of an earlier step or of another tape mean nothing on it",
            var.index
        );
    }
}

/// Keeps a label scope open; see [`Graph::scope`].
pub struct Scope<'g, 'a, T: Real> {
    graph: &'g Graph<'a, T>,
}

impl<T: Real> Drop for Scope<'_, '_, T> {
    fn drop(&mut self) {
        // A panic may unwind through here while the state is borrowed.
        if let Ok(mut state) = self.graph.state.try_borrow_mut() {
            state.tape.labels.pop();
        }
    }
}
