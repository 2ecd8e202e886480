//! Leaving out of a product what is zero throughout.
//!
//! Many units of a ReLU layer are off for a whole batch: their column of the activations is zero,
//! and so is that of the gradients behind them. Terms with such a factor are zero, and so are the
//! chains of such a row or column of C; the product of what is left has the same bits. Units that
//! are off cost thus nothing in three products, and what is left of the operands is often dense.

use super::Epilogue;
use crate::isa::Kernel;
use crate::scratch::{Scratch, Slot};
use crate::tasks::{self, Shared, piece};
use crate::vector::Vector;
use crate::{Isa, Matrix, Write};

/// Products of fewer multiply-adds are taken as they are.
const SMALL: usize = 1 << 20;
/// And so are products of which more than this share would be left.
const WORTH: f64 = 0.6;
/// A first look takes this many rows; only if it finds `PROMISING` of the columns to be zero in
/// all of them, all rows are looked at.
const LOOK: usize = 32;
const PROMISING: f64 = 0.1;
/// Columns that a task looks at, or all where there are fewer than `ALONE` elements in all.
const COLUMNS: usize = 512;
const ALONE: usize = 1 << 18;
/// Rows that a task copies.
const ROWS: usize = 64;
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

    /// The product, by `multiply` for what is left.
    pub fn product(
        &self,
        a: Matrix<f32>,
        b: Matrix<f32>,
        c: &mut [f32],
        epilogue: Epilogue<f32>,
        multiply: impl Fn(Matrix<f32>, Matrix<f32>, &mut [f32], Epilogue<f32>),
    ) {
        let Live { rows, depth, cols } = self;
        let (m, k, n) = (rows.indices().len(), depth.indices().len(), cols.indices().len());
        let chained = !(rows.all() && cols.all()) || k == 0;
        // One buffer for all: not every product needs much room for each.
        let for_a = if rows.all() && depth.all() { 0 } else { m * k };
        let for_b = if depth.all() && cols.all() { 0 } else { k * n };
        let for_chains = if chained { m * n } else { 0 };
        let mut room = Scratch::take(Slot::Live, for_a + for_b + for_chains);
        let (room_a, room) = room.split_at_mut(for_a);
        let (room_b, chains) = room.split_at_mut(for_b);
        let a = part(a, rows, depth, room_a);
        let b = part(b, depth, cols, room_b);
        if !chained {
            return multiply(a, b, c, epilogue);
        }
        if m * k * n > 0 {
            multiply(a, b, chains, Epilogue::new(Write::Store));
        } else {
            chains.fill(0.0);
        }
        let chains = &*chains;
        let shared = Shared::new(c);
        let (count, width) = (rows.len, cols.len);
        let isa = Isa::current();
        tasks::for_each(count.div_ceil(ROWS), |task| {
            let range = piece(task, ROWS, count);
            // SAFETY: tasks write different rows.
            let out = unsafe { shared.part(range.start * width..range.end * width) };
            isa.dispatch(Spread { out, first: range.start, live: self, chains, epilogue });
        });
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

    fn indices(&self) -> &[u32] {
        &self.indices[..self.count]
    }

    fn all(&self) -> bool {
        self.count == self.len
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

/// `matrix[rows, cols]`, copied to `room` if that is not the whole matrix, with contiguous rows or
/// columns as it has.
fn part<'a>(
    matrix: Matrix<'a, f32>,
    rows: &Kept,
    cols: &Kept,
    room: &'a mut [f32],
) -> Matrix<'a, f32> {
    if rows.all() && cols.all() {
        return matrix;
    }
    if matrix.col_stride != 1 {
        return part(matrix.transposed(), cols, rows, room).transposed();
    }
    let width = cols.indices().len();
    let shared = Shared::new(room);
    tasks::for_each(rows.indices().len().div_ceil(ROWS), |task| {
        let range = piece(task, ROWS, rows.indices().len());
        // SAFETY: tasks write different rows.
        let out = unsafe { shared.part(range.start * width..range.end * width) };
        for (out, &row) in out.chunks_exact_mut(width.max(1)).zip(&rows.indices()[range]) {
            let row = &matrix.data[row as usize * matrix.row_stride..][..matrix.cols];
            for (out, &col) in out.iter_mut().zip(cols.indices()) {
                *out = row[col as usize];
            }
        }
    });
    Matrix::row_major(room, rows.indices().len(), width)
}

/// Finishes rows of C from `first` on: chains that were computed, and +0 for all others.
struct Spread<'a> {
    out: &'a mut [f32],
    first: usize,
    live: &'a Live,
    chains: &'a [f32],
    epilogue: Epilogue<'a, f32>,
}

impl Kernel for Spread<'_> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let Live { rows, cols, .. } = self.live;
        let (kept, width) = (cols.indices(), cols.len);
        let mut line = Scratch::<f32>::take(Slot::Row, 2 * width);
        line.fill(0.0);
        let (line, zeros) = line.split_at_mut(width);
        let mut next = rows.indices().partition_point(|&row| (row as usize) < self.first);
        for (row, out) in (self.first..).zip(self.out.chunks_exact_mut(width)) {
            if rows.indices().get(next).is_some_and(|&kept| kept as usize == row) {
                let chains = &self.chains[next * kept.len()..][..kept.len()];
                for (&chain, &col) in chains.iter().zip(kept) {
                    line[col as usize] = chain;
                }
                next += 1;
                self.epilogue.finish(line, out, row, 0, width);
            } else {
                self.epilogue.finish(zeros, out, row, 0, width);
            }
        }
    }
}
