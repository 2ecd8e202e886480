//! How sparse an operand is, by looking at a sample of it.

use crate::Matrix;

/// Elements looked at, at most: runs of `RUN` elements in `RUNS` places.
const RUNS: usize = 128;
const RUN: usize = 32;

/// An estimate of the share of elements that are not zero, always the same for the same matrix.
pub(super) fn estimate(matrix: &Matrix<f32>) -> f64 {
    // Runs go along contiguous elements, so that each costs few cache lines.
    let matrix = if matrix.col_stride == 1 { *matrix } else { matrix.transposed() };
    let (rows, cols) = (matrix.rows, matrix.cols);
    if rows == 0 || cols == 0 {
        return 0.0;
    }
    let run = RUN.min(cols);
    let (mut nonzero, mut seen) = (0, 0);
    for sample in 0..RUNS {
        // Two steps with no common rhythm spread the samples over rows and columns.
        let row = sample * rows / RUNS;
        let first = (sample * 40503) % (cols - run + 1);
        for col in first..first + run {
            let value = matrix.data[row * matrix.row_stride + col * matrix.col_stride];
            nonzero += usize::from(value != 0.0);
            seen += 1;
        }
    }
    f64::from(nonzero as u32) / f64::from(seen as u32)
}
