//! Copying parts of operands into the layouts that the inner loops read.

use crate::Matrix;
use std::ops::Range;

/// Copies `matrix[rows, cols]` into rows of `width` elements, the rest of each row zero. Says
/// whether all of it is finite.
#[inline(always)]
pub(super) fn panel(
    out: &mut [f32],
    width: usize,
    matrix: &Matrix<f32>,
    rows: Range<usize>,
    cols: Range<usize>,
) -> bool {
    let count = cols.len();
    debug_assert!(count <= width && out.len() >= rows.len() * width);
    if matrix.col_stride == 1 {
        for (out, row) in out.chunks_exact_mut(width).zip(rows.clone()) {
            let start = row * matrix.row_stride + cols.start;
            out[..count].copy_from_slice(&matrix.data[start..start + count]);
            out[count..].fill(0.0);
        }
    } else {
        if count < width {
            out[..rows.len() * width].fill(0.0);
        }
        for (j, col) in cols.enumerate() {
            let start = rows.start * matrix.row_stride + col * matrix.col_stride;
            for r in 0..rows.len() {
                out[r * width + j] = matrix.data[start + r * matrix.row_stride];
            }
        }
    }
    finite(&out[..rows.len() * width])
}

/// Whether all values are finite.
#[inline(always)]
fn finite(values: &[f32]) -> bool {
    let mut all = true;
    for value in values {
        all &= value.abs() < f32::INFINITY;
    }
    all
}
