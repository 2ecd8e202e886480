//! Leaving out of a product what is zero throughout.
//!
//! Many units of a ReLU layer are off for a whole batch: their column of the activations is zero,
//! and so is that of the gradients behind them. Terms with such a factor are zero, and so are the
//! chains of such a row or column of C; the product of what is left has the same bits. Units that
//! are off cost thus nothing in three products, and what is left of the operands is often dense.

use super::part::Axis;
use crate::backend::Epilogue;
use crate::isa::Kernel;
use crate::scratch::{Scratch, Slot};
use crate::tasks::{self, Shared, piece};
use crate::vector::Vector;
use crate::{Isa, Matrix};

/// Products of fewer multiply-adds are taken as they are: to look costs what it would save.
const SMALL: usize = 1 << 28;
/// And so are products of which more than this share would be left.
const WORTH: f64 = 0.6;
/// A first look takes this many rows; only if it finds `PROMISING` of the columns to be zero in
/// all of them, all rows are looked at.
const LOOK: usize = 32;
const PROMISING: f64 = 0.1;
/// Columns that a task looks at, or all where there are fewer than `ALONE` elements in all.
const COLUMNS: usize = 512;
const ALONE: usize = 1 << 18;
/// Rows that are prefetched ahead of the one at work.
const AHEAD: usize = 8;
/// The bits of infinity; those of greater numbers are NaN.
const INFINITE: u32 = f32::INFINITY.to_bits();

/// Which indices of the three axes of a product are left.
pub(super) struct Live {
    rows: Kept,
    depth: Kept,
    cols: Kept,
}

impl Live {
    /// What is left of the product if it is worth leaving something out.
    pub fn of(a: &Matrix<f32>, b: &Matrix<f32>, epilogue: &Epilogue<f32>) -> Option<Live> {
        let large = a.rows * a.cols * b.cols >= SMALL;
        large.then(|| Self::found(a, b, epilogue)).flatten()
    }

    /// The same for a product of any size.
    pub fn found(a: &Matrix<f32>, b: &Matrix<f32>, epilogue: &Epilogue<f32>) -> Option<Live> {
        let (m, k, n) = (a.rows, a.cols, b.cols);
        let of_a = Magnitudes::of_columns(&upright(a)?, Slot::MagnitudesA);
        let of_b = Magnitudes::of_columns(&upright(b)?, Slot::MagnitudesB);
        let active = epilogue.active.map(|active| Matrix::row_major(active, m, n));
        let of_active =
            active.and_then(|active| Magnitudes::of_columns(&active, Slot::MagnitudesActive));

        // Zero times what is not finite is NaN, and must be computed.
        let of_a = of_a.filter(|_| finite(b, of_b.as_ref()));
        let of_b = of_b.filter(|_| finite(a, of_a.as_ref()));

        let zero =
            |magnitudes: &Option<Magnitudes>, i| magnitudes.as_ref().is_some_and(|m| m.0[i] == 0);
        let (a_stands, b_stands) = (a.col_stride == 1, b.col_stride == 1);
        let rows = Kept::new(Slot::KeptRows, m, |i| a_stands || !zero(&of_a, i));
        let depth = Kept::new(Slot::KeptDepth, k, |i| {
            !(a_stands && zero(&of_a, i) || !b_stands && zero(&of_b, i))
        });
        let cols =
            Kept::new(Slot::KeptCols, n, |i| !(b_stands && zero(&of_b, i) || zero(&of_active, i)));
        let live = Live { rows, depth, cols };
        let left = live.rows.share() * live.depth.share() * live.cols.share();
        (left <= WORTH).then_some(live)
    }

    /// The rows of A that are left, its columns, and the columns of B.
    pub fn axes(&self) -> (Axis<'_>, Axis<'_>, Axis<'_>) {
        (self.rows.axis(), self.depth.axis(), self.cols.axis())
    }
}

/// The matrix with contiguous rows, itself or transposed, if there is one.
fn upright<'a>(matrix: &Matrix<'a, f32>) -> Option<Matrix<'a, f32>> {
    if matrix.col_stride == 1 {
        Some(*matrix)
    } else {
        (matrix.row_stride == 1).then(|| matrix.transposed())
    }
}

/// The indices of an axis that are left, ascending.
struct Kept {
    indices: Scratch<u32>,
    count: usize,
    /// All indices of the axis.
    len: usize,
}

impl Kept {
    fn new(slot: Slot, len: usize, keep: impl Fn(usize) -> bool) -> Self {
        let mut indices = Scratch::<u32>::take(slot, len);
        let mut count = 0;
        for i in 0..len {
            indices[count] = u32::try_from(i).expect("an axis has fewer than 2^32 indices");
            count += usize::from(keep(i));
        }
        Kept { indices, count, len }
    }

    fn axis(&self) -> Axis<'_> {
        Axis::of(&self.indices[..self.count], self.len)
    }

    fn share(&self) -> f64 {
        self.count as f64 / self.len as f64
    }
}

/// The largest magnitude of each column, as bits, which have the order of what they stand for.
struct Magnitudes(Scratch<u32>);

impl Magnitudes {
    /// Those of a matrix with contiguous rows; none where too few columns seem to be zero.
    fn of_columns(matrix: &Matrix<f32>, slot: Slot) -> Option<Self> {
        let mut magnitudes = Scratch::take(slot, matrix.cols);
        largest(&mut magnitudes, matrix, matrix.rows.div_ceil(LOOK));
        let zeros = magnitudes.iter().filter(|&&magnitude| magnitude == 0).count();
        if (zeros as f64) < PROMISING * matrix.cols as f64 {
            return None;
        }
        largest(&mut magnitudes, matrix, 1);
        Some(Magnitudes(magnitudes))
    }
}

/// Whether all elements are finite; `known` are the magnitudes of the columns, or of the rows, if
/// they have been looked at.
fn finite(matrix: &Matrix<f32>, known: Option<&Magnitudes>) -> bool {
    let all_below = |magnitudes: &[u32]| magnitudes.iter().all(|&m| m < INFINITE);
    if let Some(Magnitudes(known)) = known {
        return all_below(known);
    }
    let matrix = upright(matrix).expect("was upright before");
    let mut magnitudes = Scratch::take(Slot::Magnitudes, matrix.cols);
    largest(&mut magnitudes, &matrix, 1);
    all_below(&magnitudes)
}

/// The largest magnitude of each column in every `step`-th row.
fn largest(out: &mut [u32], matrix: &Matrix<f32>, step: usize) {
    let isa = Isa::current();
    let shared = Shared::new(out);
    let elements = matrix.rows.div_ceil(step) * matrix.cols;
    let width = if elements < ALONE { matrix.cols.max(1) } else { COLUMNS };
    tasks::for_each(matrix.cols.div_ceil(width), |task| {
        let cols = piece(task, width, matrix.cols);
        // SAFETY: tasks take different columns.
        let out = unsafe { shared.part(cols.clone()) };
        isa.dispatch(Largest { out, first: cols.start, matrix, step });
    });
}

struct Largest<'a> {
    out: &'a mut [u32],
    first: usize,
    matrix: &'a Matrix<'a, f32>,
    step: usize,
}

impl Kernel for Largest<'_> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let Largest { out, first, matrix, step } = self;
        out.fill(0);
        for row in (0..matrix.rows).step_by(step) {
            let start = row * matrix.row_stride + first;
            let ahead = matrix.data.as_ptr().wrapping_add(start + AHEAD * step * matrix.row_stride);
            V::prefetch_row(ahead, out.len());
            let values = &matrix.data[start..start + out.len()];
            for (largest, value) in out.iter_mut().zip(values) {
                *largest = (*largest).max(value.to_bits() & (u32::MAX >> 1));
            }
        }
    }
}
