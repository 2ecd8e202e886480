//! Shapes: up to four axes, and whether the first of them counts samples.

use std::fmt;

/// The most axes a value can have.
pub const MAX_AXES: usize = 4;

/// The extent of a value along each of its axes (row-major, at most [`MAX_AXES`]).
///
/// A shape also knows whether its axis 0 *carries samples*, that is, whether row `i` belongs to
/// the `i`-th data point of the batch. Activations do; weights, scalars and 16 x 16 correlations
/// do not. Per-sample masks, the search for the first bad sample and gradients by group of
/// samples rest on this flag.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    dims: [usize; MAX_AXES],
    rank: u8,
    samples: bool,
}

impl Shape {
    /// A shape whose axes do not count samples. `Shape::new(&[])` is a scalar.
    ///
    /// # Panics
    /// With more than [`MAX_AXES`] axes.
    #[track_caller]
    pub fn new(dims: &[usize]) -> Self {
        assert!(
            dims.len() <= MAX_AXES,
            "a shape has at most {MAX_AXES} axes, found {}: {dims:?}",
            dims.len()
        );
        let mut all = [1; MAX_AXES];
        all[..dims.len()].copy_from_slice(dims);
        Self { dims: all, rank: dims.len() as u8, samples: false }
    }

    /// A shape whose axis 0 counts samples.
    ///
    /// # Panics
    /// Without any axis, or with more than [`MAX_AXES`].
    #[track_caller]
    pub fn of_samples(dims: &[usize]) -> Self {
        assert!(!dims.is_empty(), "a shape that carries samples needs an axis to count them");
        Self { samples: true, ..Self::new(dims) }
    }

    /// The shape of a single number.
    pub fn scalar() -> Self {
        Self::new(&[])
    }

    /// The extents, first axis first.
    pub fn dims(&self) -> &[usize] {
        &self.dims[..self.rank as usize]
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.rank as usize
    }

    /// The number of elements (1 for a scalar).
    pub fn len(&self) -> usize {
        self.dims().iter().product()
    }

    /// Whether there are no elements at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether axis 0 counts samples.
    pub fn carries_samples(&self) -> bool {
        self.samples
    }

    /// The same extents with the sample flag set to `samples` (dropped for a scalar).
    #[must_use]
    pub fn with_samples(self, samples: bool) -> Self {
        Self { samples: samples && self.rank > 0, ..self }
    }

    /// How many rows axis 0 has, and how many elements each holds.
    /// A scalar is one row of one element.
    pub fn rows(&self) -> (usize, usize) {
        match self.dims() {
            [] => (1, 1),
            [rows, rest @ ..] => (*rows, rest.iter().product()),
        }
    }

    /// The shape that two operands broadcast to, aligned at the last axis as in NumPy: extents
    /// must agree, or one of them be 1. It carries samples if an operand of the full rank does.
    /// `None` if they do not fit.
    pub fn broadcast(self, other: Self) -> Option<Self> {
        let rank = self.rank().max(other.rank());
        let mut dims = [1; MAX_AXES];
        for from_end in 1..=rank {
            let (a, b) = (self.extent_from_end(from_end), other.extent_from_end(from_end));
            dims[rank - from_end] = match (a, b) {
                _ if a == b => a,
                (1, b) => b,
                (a, 1) => a,
                _ => return None,
            };
        }
        let counts = |s: Self| s.samples && s.rank() == rank && s.dims[0] == dims[0];
        Some(Self::new(&dims[..rank]).with_samples(counts(self) || counts(other)))
    }

    /// The extent of the axis that is `position` (1 or more) from the last; 1 beyond the first.
    fn extent_from_end(&self, position: usize) -> usize {
        if position > self.rank() { 1 } else { self.dims[self.rank() - position] }
    }

    /// The extents padded in front with 1 to [`MAX_AXES`] axes.
    pub(crate) fn padded(&self) -> [usize; MAX_AXES] {
        let mut dims = [1; MAX_AXES];
        dims[MAX_AXES - self.rank()..].copy_from_slice(self.dims());
        dims
    }
}

/// Finds, for each element of a full shape, the element of a smaller one that broadcasting
/// repeats there.
pub(crate) struct Repeat {
    dims: [usize; MAX_AXES],
    /// By how many elements one step along each axis moves; 0 where the small shape is repeated.
    strides: [usize; MAX_AXES],
}

impl Repeat {
    pub fn new(small: Shape, full: Shape) -> Self {
        let mut strides = [0; MAX_AXES];
        let mut stride = 1;
        for position in 1..=small.rank() {
            let extent = small.extent_from_end(position);
            if extent == full.extent_from_end(position) {
                strides[MAX_AXES - position] = stride;
            }
            stride *= extent;
        }
        Self { dims: full.padded(), strides }
    }

    /// The position in the small shape for position `flat` in the full one.
    pub fn source(&self, mut flat: usize) -> usize {
        let mut source = 0;
        for axis in (0..MAX_AXES).rev() {
            source += flat % self.dims[axis] * self.strides[axis];
            flat /= self.dims[axis];
        }
        source
    }
}

/// `[64, 784]`, with `n=` before an axis that counts samples: `[n=64, 784]`.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (axis, extent) in self.dims().iter().enumerate() {
            let comma = if axis > 0 { ", " } else { "" };
            let mark = if axis == 0 && self.samples { "n=" } else { "" };
            write!(f, "{comma}{mark}{extent}")?;
        }
        f.write_str("]")
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
