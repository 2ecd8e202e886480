//! How sparse an operand is, by looking at a sample of it.

use super::part::Part;

/// Elements looked at: runs of `RUN` elements in at most `RUNS` places, and about one element in
/// `SHARE`, so that looking costs little beside a small product too.
const RUNS: usize = 128;
const RUN: usize = 32;
const SHARE: usize = 4;

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
    let lies_whole = part.cols.is_whole() && part.matrix.col_stride == 1;
    let mut nonzero = 0;
    for sample in 0..runs {
        // Two steps with no common rhythm spread the samples over rows and columns.
        let row = sample * rows / runs;
        let first = (sample * 40503) % (cols - run + 1);
        let places = first..first + run;
        nonzero += if lies_whole {
            part.row(row)[places].iter().filter(|&&value| value != 0.0).count()
        } else {
            places.filter(|&col| part.value(row, col) != 0.0).count()
        };
    }
    nonzero as f64 / (runs * run) as f64
}
