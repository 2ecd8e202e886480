//! The open tape of one step: applying ops, reading values, label scopes.

use std::cell::{Ref, RefCell, RefMut};
use std::panic::Location;

use gradroute_kernels::Real;
use ndarray::{ArrayView, ArrayViewD, Dimension};

use crate::adjoints::ALIGN;
use crate::node::{Kind, Node, Var};
use crate::op::{Attrs, Op};
use crate::operands::{Inputs, Memory, Operands, Place};
use crate::params::{ParamId, Params};
use crate::shape::Shape;
use crate::surrogate::{Mode, Recorded};
use crate::tape::Tape;

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
}

impl<'a, T: Real> State<'a, T> {
    /// Takes room for `len` elements at the end of the slab and returns where it starts.
    fn reserve(&mut self, len: usize) -> usize {
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
            nodes: &self.tape.nodes,
            memory: self.memory(params),
        }
    }
}

impl<'a, T: Real> Graph<'a, T> {
    pub(crate) fn open(tape: &'a mut Tape<T>, params: &'a Params<T>, generation: u64) -> Self {
        let state = State { tape, inputs: Inputs::new(), mode: Mode::Normal };
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

    /// A batch of constants: axis 0 counts samples. The array is borrowed, not copied.
    ///
    /// # Panics
    /// If the array is not in standard (row-major, contiguous) layout or has no or too many axes.
    #[track_caller]
    pub fn samples<D: Dimension>(&self, array: ArrayView<'a, T, D>) -> Var {
        self.input(array, true)
    }

    /// A constant whose axes don't count samples. The array is borrowed, not copied.
    ///
    /// # Panics
    /// If the array is not in standard (row-major, contiguous) layout or has too many axes.
    #[track_caller]
    pub fn constant<D: Dimension>(&self, array: ArrayView<'a, T, D>) -> Var {
        self.input(array, false)
    }

    /// A small constant, copied onto the tape: masks and targets written out in code.
    ///
    /// # Panics
    /// If `data` does not have as many elements as `shape`.
    #[track_caller]
    pub fn literal(&self, shape: Shape, data: &[T]) -> Var {
        assert!(
            data.len() == shape.len(),
            "a literal of shape {shape} needs {} elements, found {}",
            shape.len(),
            data.len()
        );
        let mut state = self.recording();
        let start = state.reserve(shape.len());
        state.tape.slab[start..start + data.len()].copy_from_slice(data);
        self.push(&mut state, Kind::Input, &[], Attrs::default(), shape, Place::Slab { start })
    }

    #[track_caller]
    fn input<D: Dimension>(&self, array: ArrayView<'a, T, D>, samples: bool) -> Var {
        let dims = array.shape();
        let shape = if samples { Shape::of_samples(dims) } else { Shape::new(dims) };
        let Some(data) = array.to_slice() else {
            panic!(
                "an input must be in standard (row-major, contiguous) layout: {shape}, strides {:?}",
                array.strides()
            );
        };
        let mut state = self.recording();
        let slot = state.inputs.push(data);
        self.push(&mut state, Kind::Input, &[], Attrs::default(), shape, Place::Input { slot })
    }

    /// A parameter. Asking for the same one again gives the same `Var`.
    ///
    /// # Panics
    /// If `id` is of other parameters than this graph's.
    #[track_caller]
    pub fn param(&self, id: ParamId) -> Var {
        let mut state = self.recording();
        assert!(
            id.index() < self.params.count(),
            "parameter number {} does not exist; the graph was opened over {} parameters",
            id.index(),
            self.params.count()
        );
        if let Some(index) = state.tape.param_nodes[id.index()] {
            return Var { index, generation: self.generation };
        }
        let place = Place::Param { start: self.params.range(id).start };
        let (kind, shape) = (Kind::Param(id.index()), self.params.shape(id));
        let var = self.push(&mut state, kind, &[], Attrs::default(), shape, place);
        state.tape.param_nodes[id.index()] = Some(var.index);
        var
    }

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
            nodes: &state.tape.nodes,
            memory: state.memory(self.params),
        };
        let shape = match op.shape(view, &attrs) {
            Ok(shape) => shape,
            Err(rule) => self.refuse(&state, op.name(), operands, &rule),
        };
        let replaying = op.has_surrogate(&attrs) && matches!(state.mode, Mode::Replay(_));
        let place = match op.alias() {
            Some(i) if !replaying => state.tape.nodes[operands[i].index()].place,
            _ => Place::Slab { start: state.reserve(shape.len()) },
        };
        let var = self.push(&mut state, Kind::Apply(op), operands, attrs, shape, place);
        if op.alias().is_none() || replaying {
            run_forward(&mut state, self.params, var.index(), op);
        }
        if op.has_surrogate(&attrs)
            && let State { tape, inputs, mode: Mode::Record(recorded) } = &mut *state
        {
            let memory = Memory { slab: &tape.slab, params: self.params.flat(), inputs };
            let node = &tape.nodes[var.index()];
            let indices = &tape.operands[node.operand_range()];
            recorded.record(var.index(), Operands { indices, nodes: &tape.nodes, memory });
        }
        var
    }

    /// Opens a label scope until the guard is dropped: ops applied meanwhile are labelled with
    /// `name`, inside a scope `outer` with `outer.name`.
    #[must_use = "the scope closes when the guard is dropped"]
    #[track_caller]
    pub fn scope(&self, name: &str) -> Scope<'_, 'a, T> {
        self.recording().tape.labels.push(name);
        Scope { graph: self }
    }

    /// The shape of a value.
    #[track_caller]
    pub fn shape(&self, var: Var) -> Shape {
        self.check_var(var, "shape");
        self.state.borrow().tape.nodes[var.index()].shape
    }

    /// The elements of a value. Ops can't be applied while the returned guard lives.
    #[track_caller]
    pub fn value(&self, var: Var) -> Value<'_, T> {
        self.check_var(var, "value");
        let shape = self.shape(var);
        let data = Ref::map(self.state.borrow(), |state| {
            let node = &state.tape.nodes[var.index()];
            state.memory(self.params).read(node.place, shape.len())
        });
        Value { data, shape }
    }

    /// The value of a single number, a loss for instance.
    ///
    /// # Panics
    /// If the value has more than one element.
    #[track_caller]
    pub fn scalar(&self, var: Var) -> T {
        let value = self.value(var);
        assert!(value.len() == 1, "scalar() needs a value of one element, found {}", value.shape);
        value[0]
    }

    #[track_caller]
    fn push(
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
            Kind::Param(i) => !self.params.is_frozen(ParamId(i)),
            Kind::Apply(op) => operands
                .iter()
                .enumerate()
                .any(|(i, v)| tape.nodes[v.index()].needs_grad && op.differentiable(i, &attrs)),
        };
        let end = tape.operands.len();
        tape.nodes.push(Node {
            kind,
            attrs,
            operands: ((end - operands.len()) as u32, end as u32),
            shape,
            place,
            needs_grad,
            label: tape.labels.current(),
            location: Location::caller(),
        });
        Var { index: tape.nodes.len() as u32 - 1, generation: self.generation }
    }

    #[track_caller]
    fn recording(&self) -> RefMut<'_, State<'a, T>> {
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

    #[track_caller]
    fn refuse(&self, state: &State<'a, T>, op: &str, operands: &[Var], rule: &str) -> ! {
        let mut list = String::new();
        for (i, var) in operands.iter().enumerate() {
            let node = &state.tape.nodes[var.index()];
            let label = state.tape.labels.path(node.label);
            let label = if label.is_empty() { String::new() } else { format!("{label}, ") };
            let name = match node.kind {
                Kind::Param(p) => format!("param `{}`", self.params.name(ParamId(p))),
                _ => node.op_name().to_owned(),
            };
            list += &format!("\n  operand {i}: {name} {} ({label}{})", node.shape, node.location);
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
    let State { tape, inputs, mode } = state;
    let node = &tape.nodes[index];
    let Place::Slab { start } = node.place else { unreachable!("outputs lie in the slab") };
    let (before, after) = tape.slab.split_at_mut(start);
    let out = &mut after[..node.shape.len()];
    let memory = Memory { slab: before, params: params.flat(), inputs };
    let indices = &tape.operands[node.operand_range()];
    let operands = Operands { indices, nodes: &tape.nodes, memory };
    match mode {
        Mode::Replay(recorded) if op.has_surrogate(&node.attrs) => {
            op.surrogate(operands, recorded.operands(index), &node.attrs, out);
        }
        _ => op.forward(operands, &node.attrs, out),
    }
}

/// A look at a value; see [`Graph::value`]. Dereferences to its elements, row-major.
pub struct Value<'g, T> {
    data: Ref<'g, [T]>,
    shape: Shape,
}

impl<T> Value<'_, T> {
    /// The shape of the value.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The value as an `ndarray` view.
    pub fn view(&self) -> ArrayViewD<'_, T> {
        ArrayViewD::from_shape(self.shape.dims(), &self.data).expect("length fits shape")
    }
}

impl<T> std::ops::Deref for Value<'_, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.data
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
