//! How sparse an operand is, by looking at a sample of it.

use super::part::Part;

/// Elements looked at: runs of `RUN` elements in at most `RUNS` places, and about one element in
/// `SHARE`, so that looking costs little beside a small product too.
const RUNS: usize = 128;
const RUN: usize = 32;
const SHARE: usize = 16;

/// An estimate of the share of elements that are not zero, always the same for the same values.
pub(super) fn estimate(part: &Part) -> f64 {
    // Runs go along contiguous elements, so that each costs few cache lines.
    let part = if part.matrix.col_stride == 1 { *part } else { part.transposed() };
    let (rows, cols) = (part.rows.len(), part.cols.len());
    if rows == 0 || cols == 0 {
        return 0.0;
    }
    let run = RUN.min(cols);
    let runs = (rows * cols / (SHARE * run)).clamp(1, RUNS);
    let (mut nonzero, mut seen) = (0, 0);
    for sample in 0..runs {
        // Two steps with no common rhythm spread the samples over rows and columns.
        let row = sample * rows / runs;
        let first = (sample * 40503) % (cols - run + 1);
        for col in first..first + run {
            let value = part.value(row, col);
            nonzero += usize::from(value != 0.0);
            seen += 1;
        }
    }
    f64::from(nonzero as u32) / f64::from(seen as u32)
}
