//! Columns brought to mean 0 and standard deviation 1.

use gradroute_kernels::reduce::CHAIN;
use gradroute_kernels::{Real, Write};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::Shape;

/// Columns that are worked on at a time, so that their sums fit on the stack.
const COLUMNS: usize = 32;

/// One number for each of a few columns.
type PerColumn<T> = [T; COLUMNS];

struct Standardize;

/// Ascending sums of `f(row, column)` over the rows, 4096 at a time, which are added up.
fn sums<T: Real>(rows: usize, count: usize, f: impl Fn(usize, usize) -> T) -> PerColumn<T> {
    let mut totals = [T::ZERO; COLUMNS];
    for first in (0..rows).step_by(CHAIN) {
        let mut sums = [T::ZERO; COLUMNS];
        for row in first..rows.min(first + CHAIN) {
            for (column, sum) in sums[..count].iter_mut().enumerate() {
                *sum += f(row, column);
            }
        }
        totals.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
    }
    totals
}

/// The sum of squared distances from the mean over n - 1, square root taken, of each column.
fn deviations<T: Real>(rows: usize, count: usize, x: impl Fn(usize, usize) -> T) -> Centred<T> {
    // Measured from the first row, a constant column is exactly 0 and stays so: its mean would
    // be rounded, and what is left would look like a tiny spread.
    let n = T::from_usize(rows);
    let mean = sums(rows, count, |r, c| x(r, c) - x(0, c)).map(|sum| sum / n);
    let squares = sums(rows, count, |r, c| {
        let distance = x(r, c) - x(0, c) - mean[c];
        distance * distance
    });
    let deviation = squares.map(|sum| (sum / T::from_usize(rows - 1)).sqrt());
    Centred { mean, deviation }
}

struct Centred<T> {
    /// The mean of what is left when the first row is taken off.
    mean: PerColumn<T>,
    deviation: PerColumn<T>,
}

impl<T: Real> Op<T> for Standardize {
    fn name(&self) -> &'static str {
        "standardize"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        let x = operands.shape(0);
        match *x.dims() {
            [rows, _] if rows >= 2 => Ok(x),
            [_, _] => Err("a standard deviation needs two rows or more".into()),
            _ => Err("the operand must be a matrix [n, columns]".into()),
        }
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        let [rows, columns] = [0, 1].map(|axis| operands.shape(0).dims()[axis]);
        let x = operands.value(0);
        for first in (0..columns).step_by(COLUMNS) {
            let count = COLUMNS.min(columns - first);
            let x = |row: usize, column: usize| x[row * columns + first + column];
            let Centred { mean, deviation } = deviations(rows, count, x);
            for row in 0..rows {
                for c in 0..count {
                    out[row * columns + first + c] = (x(row, c) - x(0, c) - mean[c]) / deviation[c];
                }
            }
        }
    }

    /// With y the output, s the deviation and n the rows, of each column
    /// `dx = (dy - sum(dy) / n - y * sum(dy * y) / (n - 1)) / s`.
    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let [rows, columns] = [0, 1].map(|axis| node.shape.dims()[axis]);
        for first in (0..columns).step_by(COLUMNS) {
            let count = COLUMNS.min(columns - first);
            let at = |row: usize, column: usize| row * columns + first + column;
            let x = node.operands.value(0);
            let deviation = deviations(rows, count, |r, c| x[at(r, c)]).deviation;
            let mean =
                sums(rows, count, |r, c| node.dout[at(r, c)]).map(|sum| sum / T::from_usize(rows));
            // A row that the loss does not count must not matter, not even through a NaN.
            let along = sums(rows, count, |r, c| match node.dout[at(r, c)] {
                dy if dy == T::ZERO => T::ZERO,
                dy => dy * node.out[at(r, c)],
            })
            .map(|sum| sum / T::from_usize(rows - 1));
            let all_zero: [bool; COLUMNS] = std::array::from_fn(|c| {
                c < count && (0..rows).all(|r| node.dout[at(r, c)] == T::ZERO)
            });
            for row in 0..rows {
                for c in 0..count {
                    let (dy, y) = (node.dout[at(row, c)], node.out[at(row, c)]);
                    let value = (dy - mean[c] - y * along[c]) / deviation[c];
                    write.to(&mut dx[at(row, c)], if all_zero[c] { T::ZERO } else { value });
                }
            }
        }
    }

    /// The smallest deviation: at 0 there is a pole.
    fn kink_distance(&self, operands: Operands<'_, T>, _: &Attrs, _: &[T]) -> Option<f64> {
        let [rows, columns] = [0, 1].map(|axis| operands.shape(0).dims()[axis]);
        let x = operands.value(0);
        let smallest = (0..columns)
            .map(|column| deviations(rows, 1, |row, _| x[row * columns + column]).deviation[0])
            .map(T::to_f64)
            .fold(f64::INFINITY, f64::min);
        Some(smallest)
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule {
            forward: "y = (x - mean(x)) / s, s = sqrt(sum((x - mean(x))^2) / (n - 1))",
            backward: "dx = (dy - mean(dy) - y * sum(dy * y) / (n - 1)) / s",
            words: "Each column of n rows is worked on alone. Shifting or stretching the whole \
                    column would not change y, so that part of the gradient is taken out.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// The matrix `x` `[n, columns]` with each column less its mean, divided by its standard
    /// deviation: the unbiased one, with n - 1 under the root, and nothing added to it.
    ///
    /// A column whose elements are all equal has deviation 0 and becomes NaN, and so does one
    /// whose spread is too small to be squared in this precision.
    ///
    /// # Panics
    /// If `x` is not a matrix or has fewer than two rows.
    #[track_caller]
    pub fn standardize(&self, x: Var) -> Var {
        self.apply(&Standardize, &[x], Attrs::default())
    }
}
