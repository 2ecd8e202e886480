//! Sums in one canonical order, which depends on the length alone.
//!
//! The order: the elements are cut into chunks of 16384; within a chunk, element j is added
//! to lane j mod 32, all lanes starting at +0; the lanes are folded in halves (lane j +
//! lane j + 16, then j + 8, ...); the chunk sums are added up serially, starting at +0. Sums over
//! a middle axis are ascending sums over blocks of 4096 elements, starting at +0; the block sums
//! are added up in order. So no sum runs on until its terms no longer count.

use std::ops::Range;

use crate::isa::Kernel;
use crate::tasks::{self, Shared, piece};
use crate::vector::Vector;
use crate::{Isa, Real, Write};

/// Elements of one chunk.
const CHUNK: usize = 16 * 1024;
/// Running sums within a chunk.
const LANES: usize = 32;
/// Chunk sums held at a time.
const ROUND: usize = 64;
/// The most terms of one chain, of a product or of a sum: longer ones are cut into pieces of this
/// length, which are added up in order, so that a sum never grows until its terms no longer count.
pub const CHAIN: usize = 4096;
/// Columns that one task of [`axis_sums`] takes.
const COLUMNS: usize = 256;

/// The sum of `f(a[i])`.
pub fn sum1<T: Real>(a: &[T], f: impl Fn(T) -> T + Sync) -> T {
    total(a.len(), &|range: Range<usize>| {
        let a = &a[range.clone()];
        lane_sum(a.len(), |i| f(a[i]))
    })
}

/// The sum of `f(a[i], b[i])`.
///
/// # Panics
/// If lengths differ.
pub fn sum2<T: Real>(a: &[T], b: &[T], f: impl Fn(T, T) -> T + Sync) -> T {
    assert_eq!(a.len(), b.len(), "reduce::sum2: operands of different lengths");
    total(a.len(), &|range: Range<usize>| {
        let (a, b) = (&a[range.clone()], &b[range]);
        lane_sum(a.len(), |i| f(a[i], b[i]))
    })
}

/// The sum of `f(a[i], b[i], c[i])`.
///
/// # Panics
/// If lengths differ.
pub fn sum3<T: Real>(a: &[T], b: &[T], c: &[T], f: impl Fn(T, T, T) -> T + Sync) -> T {
    assert!(
        a.len() == b.len() && a.len() == c.len(),
        "reduce::sum3: operands of different lengths: {}, {}, {}",
        a.len(),
        b.len(),
        c.len()
    );
    total(a.len(), &|range: Range<usize>| {
        let (a, b, c) = (&a[range.clone()], &b[range.clone()], &c[range]);
        lane_sum(a.len(), |i| f(a[i], b[i], c[i]))
    })
}

/// The sum of `f(i)` for i from 0 to n - 1.
pub fn sum_indexed<T: Real>(n: usize, f: impl Fn(usize) -> T + Sync) -> T {
    total(n, &|range: Range<usize>| lane_sum(range.len(), |i| f(range.start + i)))
}

/// The sum of `f(i)` for i from 0 to n - 1 on this thread, in the order of [`sum_indexed`].
#[inline(always)]
pub fn serial_sum<T: Real>(n: usize, f: impl Fn(usize) -> T) -> T {
    let mut sum = T::ZERO;
    for index in 0..n.div_ceil(CHUNK) {
        let range = piece(index, CHUNK, n);
        sum += lane_sum(range.len(), |i| f(range.start + i));
    }
    sum
}

/// The sum of `f(a[i])` on this thread, in the order of [`sum1`].
#[inline(always)]
pub(crate) fn serial_sum1<T: Real>(a: &[T], f: impl Fn(T) -> T) -> T {
    serial_sum2(a, a, |a, _| f(a))
}

/// The sum of `f(a[i], b[i])` on this thread, in the order of [`sum2`].
#[inline(always)]
pub(crate) fn serial_sum2<T: Real>(a: &[T], b: &[T], f: impl Fn(T, T) -> T) -> T {
    let mut total = T::ZERO;
    for (a, b) in a.chunks(CHUNK).zip(b.chunks(CHUNK)) {
        let mut lanes = [T::ZERO; LANES];
        let (whole, others) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
        let rest = whole.remainder().iter().zip(others.remainder());
        for (a, b) in whole.zip(others) {
            for ((sum, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
                *sum += f(a, b);
            }
        }
        for (sum, (&a, &b)) in lanes.iter_mut().zip(rest) {
            *sum += f(a, b);
        }
        total += fold(lanes);
    }
    total
}

/// For each row r, writes the sum of `f(a[r, j], b[r, j])` over its `cols` columns to `out[r]`.
/// `a` and `b` are `[out.len(), cols]`.
///
/// # Panics
/// If lengths do not fit.
pub fn row_sums2<T: Real>(
    write: Write,
    out: &mut [T],
    cols: usize,
    a: &[T],
    b: &[T],
    f: impl Fn(T, T) -> T + Sync,
) {
    let rows = out.len();
    assert!(
        a.len() == rows * cols && b.len() == a.len(),
        "reduce::row_sums2: {rows} rows of {cols} columns, but operands of {} and {} elements",
        a.len(),
        b.len()
    );
    row_sums(write, out, cols, &|range: Range<usize>| {
        let (a, b) = (&a[range.clone()], &b[range]);
        lane_sum(a.len(), |i| f(a[i], b[i]))
    });
}

/// Sums `f(a)` over the middle axis: `a` is `[outer, n, inner]`, `out` `[outer, inner]`.
///
/// Each sum runs up the axis from +0, a block at a time; with `inner` 1 it has the order of [`sum1`].
///
/// # Panics
/// If lengths do not fit.
pub fn axis_sums<T: Real>(
    write: Write,
    out: &mut [T],
    outer: usize,
    n: usize,
    inner: usize,
    a: &[T],
    f: impl Fn(T) -> T + Sync,
) {
    assert!(
        out.len() == outer * inner && a.len() == outer * n * inner,
        "reduce::axis_sums: [{outer}, {n}, {inner}] to [{outer}, {inner}], but {} and {} elements",
        a.len(),
        out.len()
    );
    if inner == 1 {
        return row_sums(write, out, n, &|range: Range<usize>| {
            let a = &a[range];
            lane_sum(a.len(), |i| f(a[i]))
        });
    }
    let isa = Isa::current();
    let pieces = inner.div_ceil(COLUMNS);
    let out = Shared::new(out);
    tasks::for_each(outer * pieces, |task| {
        let columns = piece(task % pieces, COLUMNS, inner);
        let first = task / pieces * inner;
        // SAFETY: different tasks take different columns or outer indices.
        let out = unsafe { out.part(first + columns.start..first + columns.end) };
        let a = &a[first * n..(first + inner) * n];
        isa.dispatch(ColumnSums { write, out, columns, inner, a, f: &f });
    });
}

/// Rows that are prefetched ahead of the one that is added.
const AHEAD: usize = 8;

struct ColumnSums<'a, T, F> {
    write: Write,
    out: &'a mut [T],
    columns: Range<usize>,
    inner: usize,
    a: &'a [T],
    f: &'a F,
}

impl<T: Real, F: Fn(T) -> T> Kernel for ColumnSums<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let (mut totals, mut sums) = ([T::ZERO; COLUMNS], [T::ZERO; COLUMNS]);
        let totals = &mut totals[..self.columns.len()];
        let sums = &mut sums[..self.columns.len()];
        for block in self.a.chunks(CHAIN * self.inner) {
            sums.fill(T::ZERO);
            for row in block.chunks_exact(self.inner) {
                let ahead = row.as_ptr().wrapping_add(AHEAD * self.inner + self.columns.start);
                V::prefetch_row(ahead.cast(), size_of_val(sums) / size_of::<f32>());
                for (sum, &a) in sums.iter_mut().zip(&row[self.columns.clone()]) {
                    *sum += (self.f)(a);
                }
            }
            totals.iter_mut().zip(&*sums).for_each(|(total, &sum)| *total += sum);
        }
        for (out, &sum) in self.out.iter_mut().zip(&*totals) {
            self.write.to(out, sum);
        }
    }
}

/// Sums `cols` consecutive elements for each row, many rows to a task.
fn row_sums<T: Real>(
    write: Write,
    out: &mut [T],
    cols: usize,
    chunk: &(impl Fn(Range<usize>) -> T + Sync),
) {
    let isa = Isa::current();
    let rows = out.len();
    let rows_a_task = (CHUNK / cols.max(1)).max(1);
    let out = Shared::new(out);
    tasks::for_each(rows.div_ceil(rows_a_task), |task| {
        let range = piece(task, rows_a_task, rows);
        // SAFETY: different tasks take different rows.
        let out = unsafe { out.part(range.clone()) };
        for (row, out) in range.zip(out) {
            let first = row * cols;
            let mut sum = T::ZERO;
            for index in 0..cols.div_ceil(CHUNK) {
                let range = piece(index, CHUNK, cols);
                sum += isa.dispatch(ChunkSum(first + range.start..first + range.end, chunk));
            }
            write.to(out, sum);
        }
    });
}

fn total<T: Real>(len: usize, chunk: &(impl Fn(Range<usize>) -> T + Sync)) -> T {
    let isa = Isa::current();
    let chunks = len.div_ceil(CHUNK);
    let mut sum = T::ZERO;
    for first in (0..chunks).step_by(ROUND) {
        let mut sums = [T::ZERO; ROUND];
        let sums = &mut sums[..(chunks - first).min(ROUND)];
        let count = sums.len();
        let shared = Shared::new(sums);
        tasks::for_each(count, |task| {
            // SAFETY: each task takes its own element.
            let sum = unsafe { &mut shared.part(task..task + 1)[0] };
            *sum = isa.dispatch(ChunkSum(piece(first + task, CHUNK, len), chunk));
        });
        for &chunk in &*sums {
            sum += chunk;
        }
    }
    sum
}

struct ChunkSum<'a, F>(Range<usize>, &'a F);

impl<T, F: Fn(Range<usize>) -> T> Kernel for ChunkSum<'_, F> {
    type Output = T;

    #[inline(always)]
    fn call<V: Vector>(self) -> T {
        (self.1)(self.0)
    }
}

/// The sum of `f(0)` to `f(len - 1)` over lanes.
#[inline(always)]
fn lane_sum<T: Real>(len: usize, f: impl Fn(usize) -> T) -> T {
    let mut lanes = [T::ZERO; LANES];
    let whole = len - len % LANES;
    for start in (0..whole).step_by(LANES) {
        for (lane, sum) in lanes.iter_mut().enumerate() {
            *sum += f(start + lane);
        }
    }
    for (lane, sum) in lanes.iter_mut().enumerate().take(len - whole) {
        *sum += f(whole + lane);
    }
    fold(lanes)
}

/// The sum of the lanes, in halves.
#[inline(always)]
fn fold<T: Real>(mut lanes: [T; LANES]) -> T {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}
