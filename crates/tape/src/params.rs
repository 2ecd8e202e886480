//! Parameters and their gradients: one flat allocation each, with named entries in a fixed order.

use std::ops::Range;

use gradroute_kernels::{Real, reduce};
use ndarray::ArrayViewD;

use crate::shape::Shape;

/// Handle of one parameter in its [`Params`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParamId(pub(crate) usize);

impl ParamId {
    /// Position in declared order, from 0.
    pub fn index(self) -> usize {
        self.0
    }
}

#[derive(Clone, Debug)]
struct Entry {
    name: String,
    shape: Shape,
    range: Range<usize>,
    frozen: bool,
}

/// All parameters of a model: one flat buffer, entries named and ordered as they were added.
///
/// Optimizers, checkpoints, hashes and norms are flat loops over [`Params::flat`].
#[derive(Clone, Debug, Default)]
pub struct Params<T: Real> {
    flat: Vec<T>,
    entries: Vec<Entry>,
}

impl<T: Real> Params<T> {
    /// No parameters yet.
    pub fn new() -> Self {
        Self { flat: Vec::new(), entries: Vec::new() }
    }

    /// Adds a parameter named `name` of extents `dims` and fills it with `init()`, called once an
    /// element in row-major order.
    ///
    /// # Panics
    /// If the name is taken: names identify parameters in checkpoints.
    #[track_caller]
    pub fn add(&mut self, name: &str, dims: &[usize], init: impl FnMut() -> T) -> ParamId {
        assert!(
            self.id(name).is_none(),
            "a parameter named `{name}` exists already; names must be unique"
        );
        let shape = Shape::new(dims);
        let start = self.flat.len();
        self.flat.extend(std::iter::repeat_with(init).take(shape.len()));
        self.entries.push(Entry {
            name: name.to_owned(),
            shape,
            range: start..self.flat.len(),
            frozen: false,
        });
        ParamId(self.entries.len() - 1)
    }

    /// How many parameters (tensors, not numbers) there are.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// Handles in declared order.
    pub fn ids(&self) -> impl Iterator<Item = ParamId> + use<T> {
        (0..self.entries.len()).map(ParamId)
    }

    /// The handle of the parameter named `name`.
    pub fn id(&self, name: &str) -> Option<ParamId> {
        self.entries.iter().position(|e| e.name == name).map(ParamId)
    }

    /// The name given in [`Params::add`].
    pub fn name(&self, id: ParamId) -> &str {
        &self.entries[id.0].name
    }

    /// The extents given in [`Params::add`].
    pub fn shape(&self, id: ParamId) -> Shape {
        self.entries[id.0].shape
    }

    /// Where the parameter lies in [`Params::flat`].
    pub fn range(&self, id: ParamId) -> Range<usize> {
        self.entries[id.0].range.clone()
    }

    /// Declares that the parameter is not to be trained: it gets no gradient, and optimizers
    /// leave it as it is.
    pub fn freeze(&mut self, id: ParamId) {
        self.entries[id.0].frozen = true;
    }

    /// Undoes [`Params::freeze`].
    pub fn thaw(&mut self, id: ParamId) {
        self.entries[id.0].frozen = false;
    }

    /// Whether the parameter is declared frozen.
    pub fn is_frozen(&self, id: ParamId) -> bool {
        self.entries[id.0].frozen
    }

    /// The elements of one parameter, row-major.
    pub fn get(&self, id: ParamId) -> &[T] {
        &self.flat[self.range(id)]
    }

    /// The elements of one parameter, to change.
    pub fn get_mut(&mut self, id: ParamId) -> &mut [T] {
        let range = self.range(id);
        &mut self.flat[range]
    }

    /// One parameter as an `ndarray` view.
    pub fn view(&self, id: ParamId) -> ArrayViewD<'_, T> {
        ArrayViewD::from_shape(self.shape(id).dims(), self.get(id)).expect("length fits shape")
    }

    /// All elements of all parameters, in declared order.
    pub fn flat(&self) -> &[T] {
        &self.flat
    }

    /// All elements of all parameters, to change.
    pub fn flat_mut(&mut self) -> &mut [T] {
        &mut self.flat
    }

    /// The same parameters in another precision (rounded to nearest when narrowing).
    pub fn cast<U: Real>(&self) -> Params<U> {
        Params {
            flat: self.flat.iter().map(|&v| U::from_f64(v.to_f64())).collect(),
            entries: self.entries.clone(),
        }
    }
}

/// What one backward pass left behind: a gradient for each parameter that it reached.
///
/// Laid out as the [`Params`] it was made for. Each [`backward`](crate::Graph::backward) begins
/// anew; nothing accumulates from an earlier call.
#[derive(Clone, Debug)]
pub struct Gradients<T: Real> {
    flat: Vec<T>,
    ranges: Vec<Range<usize>>,
    received: Vec<bool>,
}

impl<T: Real> Gradients<T> {
    /// Room for the gradients of `params`, none received yet.
    pub fn new(params: &Params<T>) -> Self {
        Self {
            flat: vec![T::ZERO; params.flat.len()],
            ranges: params.entries.iter().map(|e| e.range.clone()).collect(),
            received: vec![false; params.entries.len()],
        }
    }

    /// Forgets what was received.
    ///
    /// # Panics
    /// If these gradients were made for parameters of another layout.
    #[track_caller]
    pub(crate) fn begin(&mut self, params: &Params<T>) {
        let fits = self.ranges.iter().eq(params.entries.iter().map(|e| &e.range));
        assert!(
            fits,
            "these gradients were made for other parameters ({} entries, {} numbers) than the \
             graph's ({}, {}): make them with Gradients::new(&params) after the last parameter \
             was added",
            self.ranges.len(),
            self.flat.len(),
            params.entries.len(),
            params.flat.len()
        );
        self.received.fill(false);
    }

    /// The slot of a parameter, and whether something is in it already.
    pub(crate) fn slot(&mut self, index: usize) -> (&mut [T], bool) {
        let had = std::mem::replace(&mut self.received[index], true);
        (&mut self.flat[self.ranges[index].clone()], had)
    }

    /// The gradient of a parameter, row-major; `None` if the last backward pass did not reach it.
    pub fn get(&self, id: ParamId) -> Option<&[T]> {
        self.received[id.0].then(|| &self.flat[self.ranges[id.0].clone()])
    }

    /// Like [`Gradients::get`], to change (clipping, projecting, adding noise).
    pub fn get_mut(&mut self, id: ParamId) -> Option<&mut [T]> {
        self.received[id.0].then(|| &mut self.flat[self.ranges[id.0].clone()])
    }

    /// All elements in declared order. Those of parameters that received nothing are leftovers
    /// without meaning: see [`Gradients::missing`].
    pub fn flat(&self) -> &[T] {
        &self.flat
    }

    /// Whether all elements are finite and small enough to be squared (up to 2^63 in f32), which
    /// is what an optimizer with a second moment needs. One pass over [`Gradients::flat`].
    pub fn are_usable(&self) -> bool {
        let unusable = |v: T| if is_usable(v) { T::ZERO } else { T::ONE };
        reduce::sum1(&self.flat, unusable) == T::ZERO
    }

    /// The parameters, frozen ones apart, that the last backward pass did not reach.
    pub fn missing(&self, params: &Params<T>) -> impl Iterator<Item = ParamId> {
        params.ids().filter(|&id| !self.received[id.0] && !params.is_frozen(id))
    }
}

/// Whether a number of a gradient is finite, and its square as well.
pub(crate) fn is_usable<T: Real>(v: T) -> bool {
    v.abs() <= T::ONE / T::MIN_POSITIVE.sqrt()
}
