//! Passes over the rows of a result, many rows to a task.
//!
//! What a row holds depends on its number alone, so bits depend on nothing else.

use std::ops::Range;

use crate::isa::Kernel;
use crate::tasks::{self, Shared, piece};
use crate::vector::Vector;
use crate::{Isa, Real};

/// Elements a task takes.
const CHUNK: usize = 4 * 1024;

/// Calls `f(r, row)` for each row of `cols` elements of `out`, to fill it in.
///
/// # Panics
/// If `out` is not a whole number of rows.
pub fn for_each<T: Real>(out: &mut [T], cols: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    fill(out, cols, cols, f);
}

/// Copies the rows of `of` with these numbers, each of `cols` elements, to `out`, in this order.
///
/// # Panics
/// If `out` has no room for as many, or more, or there is no such row.
pub fn gather<T: Real>(out: &mut [T], of: &[T], rows: &[u32], cols: usize) {
    assert!(
        out.len() == rows.len() * cols,
        "rows::gather: {} rows of {cols} don't fit into {} elements",
        rows.len(),
        out.len()
    );
    fill(out, cols, cols, |place: usize, out: &mut [T]| {
        out.copy_from_slice(&of[rows[place] as usize * cols..][..cols]);
    });
}

/// As [`for_each`], where the work on a row is that on `work` elements.
pub(crate) fn for_each_of<T: Real>(
    out: &mut [T],
    cols: usize,
    work: usize,
    f: impl Fn(usize, &mut [T]) + Sync,
) {
    fill(out, cols, work, f);
}

/// How to fill in a row of a result, for those with arithmetic in them.
///
/// A closure of some size becomes a function of its own, compiled for any processor: a fused
/// multiply-add is a call there, and vectors are narrow. `fill` can be `#[inline(always)]`, and must
/// be, so that it is compiled for the instruction set at hand.
pub(crate) trait Row<T>: Sync {
    /// Writes every element of row number `row`, or adds to it.
    fn fill(&self, row: usize, out: &mut [T]);
}

impl<T, F: Fn(usize, &mut [T]) + Sync> Row<T> for F {
    #[inline(always)]
    fn fill(&self, row: usize, out: &mut [T]) {
        self(row, out);
    }
}

/// As [`for_each_of`].
pub(crate) fn fill<T: Real>(out: &mut [T], cols: usize, work: usize, f: impl Row<T>) {
    if out.is_empty() {
        return;
    }
    assert!(
        cols > 0 && out.len().is_multiple_of(cols),
        "rows::for_each: {} elements are no whole number of rows of {cols}",
        out.len()
    );
    let rows = out.len() / cols;
    let isa = Isa::current();
    let rows_a_task = (CHUNK / work.max(1)).max(1);
    let out = Shared::new(out);
    tasks::for_each(rows.div_ceil(rows_a_task), |task| {
        let rows = piece(task, rows_a_task, rows);
        // SAFETY: different tasks take different rows.
        let out = unsafe { out.part(rows.start * cols..rows.end * cols) };
        isa.dispatch(Rows { out, cols, rows, f: &f });
    });
}

/// Whether all numbers are 0: an adjoint that passes on nothing, whatever the values are.
#[inline(always)]
pub(crate) fn is_zero<T: Real>(row: &[T]) -> bool {
    row.iter().all(|&v| v == T::ZERO)
}

struct Rows<'a, T, F> {
    out: &'a mut [T],
    cols: usize,
    rows: Range<usize>,
    f: &'a F,
}

impl<T, F: Row<T>> Kernel for Rows<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        for (out, row) in self.out.chunks_exact_mut(self.cols).zip(self.rows) {
            self.f.fill(row, out);
        }
    }
}
