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
    for_each_of(out, cols, cols, f);
}

/// As [`for_each`], where the work on a row is that on `work` elements.
pub(crate) fn for_each_of<T: Real>(
    out: &mut [T],
    cols: usize,
    work: usize,
    f: impl Fn(usize, &mut [T]) + Sync,
) {
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

struct Rows<'a, T, F> {
    out: &'a mut [T],
    cols: usize,
    rows: Range<usize>,
    f: &'a F,
}

impl<T, F: Fn(usize, &mut [T])> Kernel for Rows<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        for (out, row) in self.out.chunks_exact_mut(self.cols).zip(self.rows) {
            (self.f)(row, out);
        }
    }
}
