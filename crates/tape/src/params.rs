//! Parameters: one flat allocation, with named entries in a fixed order.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use gradroute_kernels::Real;
use ndarray::ArrayViewD;

use crate::shape::Shape;

static OWNERS: AtomicU32 = AtomicU32::new(1);

/// Handle of one parameter in its [`Params`].
///
/// A small index with the number of its owner, so that one of other parameters is recognised and
/// refused. A copy of parameters has the number of its original: handles are good for both, so don't add
/// different parameters to both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParamId {
    index: u32,
    owner: u32,
}

impl ParamId {
    /// Position in declared order, from 0.
    pub fn index(self) -> usize {
        self.index as usize
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
#[derive(Clone, Debug)]
pub struct Params<T: Real> {
    flat: Vec<T>,
    entries: Vec<Entry>,
    owner: u32,
    /// The backward pass whose gradients the last update used; 0 before the first.
    used_pass: u64,
}

impl<T: Real> Default for Params<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real> Params<T> {
    /// No parameters yet.
    pub fn new() -> Self {
        let owner = OWNERS.fetch_add(1, Ordering::Relaxed);
        Self { flat: Vec::new(), entries: Vec::new(), owner, used_pass: 0 }
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
        self.handle(self.entries.len() - 1)
    }

    /// The handle of the parameter at a position in declared order.
    pub(crate) fn handle(&self, index: usize) -> ParamId {
        ParamId { index: index as u32, owner: self.owner }
    }

    /// The position of a parameter.
    #[track_caller]
    fn index(&self, id: ParamId) -> usize {
        check_owner(id, self.owner, self.entries.len());
        id.index()
    }

    /// How many parameters (tensors, not numbers) there are.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// Handles in declared order.
    pub fn ids(&self) -> impl Iterator<Item = ParamId> + Clone + use<T> {
        let owner = self.owner;
        (0..self.entries.len() as u32).map(move |index| ParamId { index, owner })
    }

    /// The handle of the parameter named `name`.
    pub fn id(&self, name: &str) -> Option<ParamId> {
        self.entries.iter().position(|e| e.name == name).map(|index| self.handle(index))
    }

    /// The name given in [`Params::add`].
    ///
    /// # Panics
    /// Here and in what follows, if `id` is of other parameters.
    #[track_caller]
    pub fn name(&self, id: ParamId) -> &str {
        &self.entries[self.index(id)].name
    }

    /// The extents given in [`Params::add`].
    #[track_caller]
    pub fn shape(&self, id: ParamId) -> Shape {
        self.entries[self.index(id)].shape
    }

    /// Where the parameter lies in [`Params::flat`].
    #[track_caller]
    pub fn range(&self, id: ParamId) -> Range<usize> {
        self.entries[self.index(id)].range.clone()
    }

    /// Declares that the parameter is not to be trained: it gets no gradient, and optimizers
    /// leave it as it is.
    #[track_caller]
    pub fn freeze(&mut self, id: ParamId) {
        let index = self.index(id);
        self.entries[index].frozen = true;
    }

    /// Undoes [`Params::freeze`].
    #[track_caller]
    pub fn thaw(&mut self, id: ParamId) {
        let index = self.index(id);
        self.entries[index].frozen = false;
    }

    /// Whether the parameter is declared frozen.
    #[track_caller]
    pub fn is_frozen(&self, id: ParamId) -> bool {
        self.entries[self.index(id)].frozen
    }

    /// The elements of one parameter, row-major.
    #[track_caller]
    pub fn get(&self, id: ParamId) -> &[T] {
        &self.flat[self.range(id)]
    }

    /// The elements of one parameter, to change.
    #[track_caller]
    pub fn get_mut(&mut self, id: ParamId) -> &mut [T] {
        let range = self.range(id);
        &mut self.flat[range]
    }

    /// One parameter as an `ndarray` view.
    #[track_caller]
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

    /// Whether these are the parameters `other`, or one was copied from the other: handles are good for
    /// both.
    pub fn is_copy_of(&self, other: &Self) -> bool {
        self.owner == other.owner && self.entries.len() == other.entries.len()
    }

    /// The number that tells these parameters, and copies of them, from others.
    pub(crate) fn owner(&self) -> u32 {
        self.owner
    }

    /// The last backward pass whose gradients were used by an optimizer without a memory of its own; 0
    /// before the first.
    pub(crate) fn used_pass_mut(&mut self) -> &mut u64 {
        &mut self.used_pass
    }

    /// The same parameters in another precision (rounded to nearest when narrowing).
    pub fn cast<U: Real>(&self) -> Params<U> {
        Params {
            flat: self.flat.iter().map(|&v| U::from_f64(v.to_f64())).collect(),
            entries: self.entries.clone(),
            owner: self.owner,
            used_pass: self.used_pass,
        }
    }
}

#[track_caller]
pub(crate) fn check_owner(id: ParamId, owner: u32, count: usize) {
    assert!(
        id.owner == owner,
        "this handle of parameter number {} is of other parameters than these {count}: a handle \
         belongs to the Params whose add() gave it, and to copies of them",
        id.index
    );
    assert!(
        id.index() < count,
        "this handle is of parameter number {}, but here are only {count}: it was added after these \
         were copied",
        id.index
    );
}
