//! Copying parts of operands into the layouts that the inner loops read.

use std::ops::Range;

use super::part::Part;
use crate::vector::Vector;

/// Rows that are prefetched ahead of the one that is copied.
const AHEAD: usize = 8;
/// The most lanes of a vector.
const MAX_LANES: usize = 16;

/// Copies `part[rows, cols]` into rows of `width` elements, a multiple of `V::LANES`; the rest
/// of each row becomes zero. Says whether all elements are finite.
#[inline(always)]
pub(super) fn panel<V: Vector>(
    out: &mut [f32],
    width: usize,
    part: &Part,
    rows: Range<usize>,
    cols: Range<usize>,
) -> bool {
    assert!(width.is_multiple_of(V::LANES) && cols.len() <= width);
    let out = &mut out[..rows.len() * width];
    if part.matrix.col_stride == 1 {
        for (out, row) in out.chunks_exact_mut(width).zip(rows) {
            let ahead = part.matrix.data.as_ptr().wrapping_add(
                part.rows.at((row + AHEAD).min(part.rows.len() - 1)) * part.matrix.row_stride
                    + part.cols.at(cols.start),
            );
            V::prefetch_row(ahead, cols.len());
            part.cols.copy::<V>(&mut out[..cols.len()], part.row(row), cols.clone());
            out[cols.len()..].fill(0.0);
        }
    } else {
        for col in (0..width).step_by(V::LANES) {
            let count = cols.len().saturating_sub(col).min(V::LANES);
            let first = cols.start + col;
            transposed::<V>(&mut out[col..], width, part, rows.clone(), first..first + count);
        }
    }
    finite::<V>(out)
}

/// Copies `part[rows, depth]` into strips of `height` rows, each strip [depth][height]; rows
/// beyond the last become zero. `out` holds the strips and at least `V::LANES` more, which are
/// overwritten.
#[inline(always)]
pub(super) fn strips<V: Vector>(
    out: &mut [f32],
    height: usize,
    part: &Part,
    rows: Range<usize>,
    depth: Range<usize>,
) {
    let strip = depth.len() * height;
    assert!(out.len() >= rows.len().div_ceil(height) * strip + V::LANES && height <= V::LANES);
    let columns = part.transposed();
    let full = if columns.matrix.col_stride == 1 { rows.len() / height } else { 0 };
    if full > 0 {
        full_strips::<V>(out, height, &columns, depth.clone(), rows.start, full);
    }
    for (index, first) in rows.clone().step_by(height).enumerate().skip(full) {
        let count = height.min(rows.end - first);
        let out = &mut out[index * strip..];
        transposed::<V>(out, height, &columns, depth.clone(), first..first + count);
    }
}

/// Copies `part[depth, ..]`, whose rows are contiguous, into `count` strips of `height` columns,
/// from column `first` on. Row by row, so that each is read at once.
#[inline(always)]
fn full_strips<V: Vector>(
    out: &mut [f32],
    height: usize,
    part: &Part,
    depth: Range<usize>,
    first: usize,
    count: usize,
) {
    let strip = depth.len() * height;
    for (step, k) in depth.clone().enumerate() {
        let line = part.row(k);
        let ahead = part.row((k + AHEAD).min(part.rows.len() - 1)).as_ptr();
        V::prefetch_row(ahead.wrapping_add(part.cols.at(first)), count * height);
        for index in 0..count {
            let out = &mut out[index * strip + step * height..];
            let place = first + index * height;
            // What a register has too much, the next step overwrites; the last one has no next.
            if step + 1 == depth.len() || !part.cols.copy_register::<V>(out, line, place) {
                part.cols.copy::<V>(&mut out[..height], line, place..place + height);
            }
        }
    }
}

/// Copies up to `V::LANES` columns of `part[rows, cols]` into rows that start `stride` apart,
/// each filled up with zeros to the smaller of `stride` and `V::LANES`. May overwrite up to
/// `V::LANES` elements from the start of the row after the last.
#[inline(always)]
fn transposed<V: Vector>(
    out: &mut [f32],
    stride: usize,
    part: &Part,
    rows: Range<usize>,
    cols: Range<usize>,
) {
    let (depth, count) = (rows.len(), cols.len());
    let columns = part.transposed();
    let squares = if part.matrix.row_stride == 1 && count > 0 { depth / V::LANES } else { 0 };
    if squares > 0 {
        assert!(out.len() >= (squares * V::LANES - 1) * stride + V::LANES);
    }
    if part.is_whole() {
        for square in 0..squares {
            let from = &columns.row(cols.start)[rows.start + square * V::LANES..];
            assert!(from.len() >= (count - 1) * part.matrix.col_stride + V::LANES);
            let to = out[square * V::LANES * stride..].as_mut_ptr();
            // SAFETY: `V` was dispatched on; both asserts are the bounds that are asked for.
            unsafe { V::transpose(from.as_ptr(), part.matrix.col_stride, count, to, stride) };
        }
    } else {
        let mut lines = [0.0; MAX_LANES * MAX_LANES];
        for square in 0..squares {
            let start = rows.start + square * V::LANES;
            for (line, col) in lines.chunks_exact_mut(V::LANES).zip(cols.clone()) {
                columns.cols.copy::<V>(line, columns.row(col), start..start + V::LANES);
            }
            let to = out[square * V::LANES * stride..].as_mut_ptr();
            // SAFETY: as above; `lines` holds as many rows as the square at most has.
            unsafe { V::transpose(lines.as_ptr(), V::LANES, count, to, stride) };
        }
    }
    for row in squares * V::LANES..depth {
        let out = &mut out[row * stride..][..stride.min(V::LANES)];
        out.fill(0.0);
        for (col, out) in cols.clone().zip(out) {
            *out = part.value(rows.start + row, col);
        }
    }
}

/// Whether all values, a multiple of `V::LANES`, are finite.
#[inline(always)]
fn finite<V: Vector>(values: &[f32]) -> bool {
    // SAFETY: `V` was dispatched on, and a chunk has `LANES` values.
    unsafe {
        // Zero times a finite number is zero; times any other it is NaN, and stays in the sum.
        let zero = V::zero();
        let sum = values
            .chunks_exact(V::LANES)
            .fold(zero, |sum, values| V::load(values.as_ptr()).mul_add(zero, sum));
        sum.nonzero() == 0
    }
}
