//! Shapes: up to four axes, and whether the first of them counts samples.

use std::fmt;

use gradroute_kernels::strided::contiguous;

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

    /// All axes but the last, and the extent of that; `self` has an axis.
    pub(crate) fn split_last(self) -> (Self, usize) {
        let rank = self.rank() - 1;
        let mut leading = Self { rank: rank as u8, ..self }.with_samples(self.samples);
        let last = std::mem::replace(&mut leading.dims[rank], 1);
        (leading, last)
    }

    /// The extents before, of and after an axis that there is.
    pub(crate) fn around_axis(&self, axis: usize) -> [usize; 3] {
        let dims = self.dims();
        [dims[..axis].iter().product(), dims[axis], dims[axis + 1..].iter().product()]
    }

    /// Refuses a last axis that counts samples, for what mixes the elements of that axis.
    pub(crate) fn check_last_axis(self) -> Result<(), String> {
        match self.carries_samples() && self.rank() == 1 {
            true => Err("the last axis counts samples, which must not be mixed".to_owned()),
            false => Ok(()),
        }
    }

    /// Without an axis that there is.
    pub(crate) fn without_axis(self, axis: usize) -> Self {
        let mut dims = [1; MAX_AXES];
        let kept = self.dims().iter().enumerate().filter(|&(i, _)| i != axis);
        kept.zip(&mut dims).for_each(|((_, &extent), slot)| *slot = extent);
        Self::new(&dims[..self.rank() - 1]).with_samples(self.samples && axis > 0)
    }

    /// With another extent of axis 0, which there is.
    pub(crate) fn with_first(mut self, extent: usize) -> Self {
        self.dims[0] = extent;
        self
    }

    /// With another axis behind the last.
    pub(crate) fn with_last(self, extent: usize) -> Self {
        let mut shape = Self { rank: self.rank + 1, ..self };
        shape.dims[self.rank()] = extent;
        shape
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
    /// must agree, or one of them be 1. It carries samples if an operand does.
    ///
    /// An axis that counts samples is never repeated, nor taken for another axis: what carries
    /// samples must have all axes, and as many samples as the other if that carries them too.
    ///
    /// # Errors
    /// The rule that is broken, in words.
    ///
    /// ```
    /// use gradroute_tape::Shape;
    ///
    /// let (z, dims) = (Shape::of_samples(&[3, 5]), Shape::new(&[5]));
    /// assert_eq!(z.broadcast(dims).unwrap(), z);
    /// // One number a sample is [n, 1], not [n]: with five samples it would be taken for dims.
    /// assert_eq!(z.broadcast(Shape::of_samples(&[3, 1])).unwrap(), z);
    /// assert!(z.broadcast(Shape::of_samples(&[5])).is_err());
    /// ```
    pub fn broadcast(self, other: Self) -> Result<Self, String> {
        let rank = self.rank().max(other.rank());
        for (shape, beside) in [(self, other), (other, self)] {
            if shape.samples && shape.rank() < rank {
                return Err(format!(
                    "axis 0 of {shape} counts samples, but beside {beside} it would be aligned with \
                     another axis: {}",
                    shape.advice(beside)
                ));
            }
            let counts = |shape: Self| shape.samples.then(|| shape.dims[0]);
            let repeated = shape.dims[0] == 1 && beside.rank() == rank && beside.dims[0] != 1;
            if counts(shape).is_some() && repeated {
                return Err(format!(
                    "axis 0 of {shape} counts samples, and the one there is can't be repeated to \
                     the {} of {beside}",
                    beside.dims[0]
                ));
            }
        }
        let mut dims = [1; MAX_AXES];
        for from_end in 1..=rank {
            let (a, b) = (self.extent_from_end(from_end), other.extent_from_end(from_end));
            dims[rank - from_end] = match (a, b) {
                _ if a == b => a,
                (1, b) => b,
                (a, 1) => a,
                _ => {
                    return Err("operands must have equal extents, aligned at the last axis, or \
                                extent 1 to be repeated"
                        .to_owned());
                }
            };
        }
        Ok(Self::new(&dims[..rank]).with_samples(self.samples || other.samples))
    }

    /// How to reshape what carries samples, with axes of extent 1, so that it fits a shape of more
    /// axes.
    fn advice(self, beside: Self) -> String {
        let more = beside.rank() - self.rank();
        let mut fitting = Vec::new();
        // Each way to choose the axes to put in, none of them the first.
        for chosen in (0u32..1 << beside.rank()).filter(|c| c & 1 == 0) {
            if chosen.count_ones() as usize != more {
                continue;
            }
            let mut own = self.dims().iter().copied();
            let is_new = |axis: usize| chosen >> axis & 1 == 1;
            let extent = |axis| if is_new(axis) { 1 } else { own.next().unwrap_or(1) };
            let dims: Vec<usize> = (0..beside.rank()).map(extent).collect();
            let fits = |axis: usize| [1, beside.dims[axis]].contains(&dims[axis]);
            if dims[0] == beside.dims[0] && (1..dims.len()).all(fits) {
                let placed = Self::new(&dims).with_samples(true).to_string();
                if !fitting.contains(&placed) {
                    fitting.push(placed);
                }
            }
        }
        match &fitting[..] {
            [] if self.len() == beside.len() => format!("reshape it to {beside}"),
            [] => "and no axes of extent 1 make it fit".to_owned(),
            ways => format!("reshape it to {}", ways.join(" or ")),
        }
    }

    /// The extent of the axis that is `position` (1 or more) from the last; 1 beyond the first.
    fn extent_from_end(&self, position: usize) -> usize {
        if position > self.rank() { 1 } else { self.dims[self.rank() - position] }
    }

    /// How far a step along each axis of `full`, to which this shape is repeated, moves in this one:
    /// 0 where it is repeated.
    pub(crate) fn strides_in(&self, full: Self) -> [usize; MAX_AXES] {
        let (own, full) = (self.padded(), full.padded());
        let mut strides = contiguous(own);
        for axis in 0..MAX_AXES {
            if own[axis] != full[axis] {
                strides[axis] = 0;
            }
        }
        strides
    }

    /// The extents padded in front with 1 to [`MAX_AXES`] axes.
    pub(crate) fn padded(&self) -> [usize; MAX_AXES] {
        let mut dims = [1; MAX_AXES];
        dims[MAX_AXES - self.rank()..].copy_from_slice(self.dims());
        dims
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
