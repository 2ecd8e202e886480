//! Copying parts of operands into the layouts that the inner loops read.

use std::ops::Range;

use crate::Matrix;
use crate::vector::Vector;

/// Rows that are prefetched ahead of the one that is copied.
const AHEAD: usize = 8;

/// Copies `matrix[rows, cols]` into rows of `width` elements, a multiple of `V::LANES`; the rest
/// of each row becomes zero. Says whether all elements are finite.
#[inline(always)]
pub(super) fn panel<V: Vector>(
    out: &mut [f32],
    width: usize,
    matrix: &Matrix<f32>,
    rows: Range<usize>,
    cols: Range<usize>,
) -> bool {
    assert!(width.is_multiple_of(V::LANES) && cols.len() <= width);
    let out = &mut out[..rows.len() * width];
    if matrix.col_stride == 1 {
        for (out, row) in out.chunks_exact_mut(width).zip(rows) {
            let start = row * matrix.row_stride + cols.start;
            let ahead = matrix.data.as_ptr().wrapping_add(start + AHEAD * matrix.row_stride);
            V::prefetch_row(ahead, cols.len());
            out[..cols.len()].copy_from_slice(&matrix.data[start..start + cols.len()]);
            out[cols.len()..].fill(0.0);
        }
    } else {
        for col in (0..width).step_by(V::LANES) {
            let count = cols.len().saturating_sub(col).min(V::LANES);
            let first = cols.start + col;
            transposed::<V>(&mut out[col..], width, matrix, rows.clone(), first..first + count);
        }
    }
    finite::<V>(out)
}

/// Copies `matrix[rows, depth]` into strips of `height` rows, each strip [depth][height]; rows
/// beyond the last become zero. `out` holds the strips and at least `V::LANES` more, which are
/// overwritten.
#[inline(always)]
pub(super) fn strips<V: Vector>(
    out: &mut [f32],
    height: usize,
    matrix: &Matrix<f32>,
    rows: Range<usize>,
    depth: Range<usize>,
) {
    let strip = depth.len() * height;
    assert!(out.len() >= rows.len().div_ceil(height) * strip + V::LANES && height <= V::LANES);
    for (index, first) in rows.clone().step_by(height).enumerate() {
        let count = height.min(rows.end - first);
        let out = &mut out[index * strip..];
        let columns = matrix.transposed();
        if columns.col_stride == 1 && count == height {
            for (out, k) in out.chunks_exact_mut(height).zip(depth.clone()) {
                let start = k * columns.row_stride + first;
                out.copy_from_slice(&columns.data[start..start + height]);
            }
        } else {
            transposed::<V>(out, height, &columns, depth.clone(), first..first + count);
        }
    }
}

/// Copies up to `V::LANES` columns of `matrix[rows, cols]` into rows that start `stride` apart,
/// each filled up with zeros to the smaller of `stride` and `V::LANES`. May overwrite up to
/// `V::LANES` elements from the start of the row after the last.
#[inline(always)]
fn transposed<V: Vector>(
    out: &mut [f32],
    stride: usize,
    matrix: &Matrix<f32>,
    rows: Range<usize>,
    cols: Range<usize>,
) {
    let (depth, count) = (rows.len(), cols.len());
    let start = rows.start * matrix.row_stride + cols.start * matrix.col_stride;
    let mut done = 0;
    if matrix.row_stride == 1 {
        while done + V::LANES <= depth {
            assert!(out.len() >= (done + V::LANES - 1) * stride + V::LANES);
            let from = &matrix.data[if count == 0 { 0 } else { start + done }..];
            assert!(count == 0 || from.len() >= (count - 1) * matrix.col_stride + V::LANES);
            let to = out[done * stride..].as_mut_ptr();
            // SAFETY: `V` was dispatched on; both asserts are the bounds that are asked for.
            unsafe { V::transpose(from.as_ptr(), matrix.col_stride, count, to, stride) };
            done += V::LANES;
        }
    }
    for row in done..depth {
        let out = &mut out[row * stride..][..stride.min(V::LANES)];
        out.fill(0.0);
        for (col, out) in out.iter_mut().enumerate().take(count) {
            *out = matrix.data[start + row * matrix.row_stride + col * matrix.col_stride];
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
