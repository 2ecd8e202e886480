//! What of each parameter a batch may teach, and what an optimizer is to leave alone.

use std::ops::Range;

use gradroute_kernels::Real;

use crate::attrs::Attrs;
use crate::operands::Operands;
use crate::shape::Shape;

/// A set of rows and columns of one parameter. Rows are the indices of its first axis, columns those of
/// its second one; a parameter of one axis has one column.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    rows: Vec<bool>,
    columns: Vec<bool>,
}

impl Lines {
    /// None of those of a parameter.
    pub(crate) fn none(shape: Shape) -> Self {
        let extent = |axis| shape.dims().get(axis).copied().unwrap_or(1);
        Self { rows: vec![false; extent(0)], columns: vec![false; extent(1)] }
    }

    /// Takes all.
    pub fn add_all(&mut self) {
        self.rows.fill(true);
        self.columns.fill(true);
    }

    /// Takes the row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn add_row(&mut self, row: usize) {
        self.rows[row] = true;
    }

    /// Takes the rows for which `may` says so.
    pub fn add_rows(&mut self, may: impl Fn(usize) -> bool) {
        self.rows.iter_mut().enumerate().for_each(|(row, slot)| *slot |= may(row));
    }

    /// Takes the columns for which `may` says so.
    pub fn add_columns(&mut self, may: impl Fn(usize) -> bool) {
        self.columns.iter_mut().enumerate().for_each(|(column, slot)| *slot |= may(column));
    }

    pub(crate) fn clear(&mut self) {
        self.rows.fill(false);
        self.columns.fill(false);
    }

    /// Takes the rows and columns that `others` does not have.
    pub(crate) fn add_all_but(&mut self, others: &Self) {
        self.add_rows(|row| !others.rows[row]);
        self.add_columns(|column| !others.columns[column]);
    }

    /// Whether they cover the parameter.
    pub(crate) fn is_all(&self) -> bool {
        let all = |lines: &[bool]| !lines.is_empty() && lines.iter().all(|&line| line);
        all(&self.rows) || all(&self.columns)
    }

    pub(crate) fn is_none(&self) -> bool {
        !self.rows.iter().chain(&self.columns).any(|&line| line)
    }

    pub(crate) fn extents(&self) -> [usize; 2] {
        [self.rows.len(), self.columns.len()]
    }

    /// Calls `f(row, columns)` for the longest ranges of columns, within `rows` and `columns`, that lie
    /// in none of these rows and columns.
    pub(crate) fn for_each_outside(
        &self,
        rows: Range<usize>,
        columns: Range<usize>,
        mut f: impl FnMut(usize, Range<usize>),
    ) {
        for row in rows.filter(|&row| !self.rows[row]) {
            let mut start = columns.start;
            while start < columns.end {
                let taken = |of: Range<usize>, is: bool| {
                    self.columns[of.clone()]
                        .iter()
                        .position(|&line| line == is)
                        .map(|at| of.start + at)
                };
                let Some(first) = taken(start..columns.end, false) else { break };
                let end = taken(first..columns.end, true).unwrap_or(columns.end);
                f(row, first..end);
                start = end;
            }
        }
    }
}

/// Where the update weights of an op are not 0: what [`Op::permit`](crate::Op::permit) goes by.
pub struct Permit<'s, T: Real> {
    /// The operands of the op.
    pub operands: Operands<'s, T>,
    /// Its constants.
    pub attrs: &'s Attrs,
    /// The shape of its output.
    pub shape: Shape,
    pub(crate) rows: Option<(&'s [T], Shape)>,
    pub(crate) columns: Option<(&'s [T], Shape)>,
    /// The samples that are asked about, ascending; `None` for all.
    pub(crate) samples: Option<&'s [u32]>,
}

impl<T: Real> Permit<'_, T> {
    /// Whether there is a weight that is not 0, at index `at` along an axis of the output.
    pub fn at_output(&self, axis: usize, at: usize) -> bool {
        self.any_at(self.rows, axis, at)
    }

    /// The same along an axis of the operand with columns.
    pub fn at_input(&self, axis: usize, at: usize) -> bool {
        self.any_at(self.columns, axis, at)
    }

    /// Whether there is a weight that is not 0 on the output and, where there are some, on the operand with
    /// columns.
    pub fn any(&self) -> bool {
        self.any_of(self.rows) && self.any_of(self.columns)
    }

    /// Whether there is one on the output.
    pub fn any_output(&self) -> bool {
        self.any_of(self.rows)
    }

    fn any_of(&self, of: Option<(&[T], Shape)>) -> bool {
        let Some((weights, shape)) = of else { return true };
        let row_len = weights.len() / shape.dims()[0].max(1);
        self.outer(shape, shape.dims()[0])
            .any(|row| has_weight(&weights[row * row_len..][..row_len]))
    }

    /// Whether there is one for the position of this number among those of the output's leading axes.
    pub fn at_position(&self, position: usize) -> bool {
        let full = split(self.shape)[0];
        let a_sample = (full.len() / full.dims()[0].max(1)).max(1);
        let sample = (position / a_sample) as u32;
        if self.samples.is_some_and(|samples| samples.binary_search(&sample).is_err()) {
            return false;
        }
        let Some((weights, shape)) = self.rows else { return true };
        let [leading, last] = split(shape);
        let strides = leading.strides_in(full);
        let (mut rest, mut row) = (position, 0);
        for (extent, stride) in full.padded().into_iter().zip(strides).rev() {
            row += rest % extent * stride;
            rest /= extent;
        }
        has_weight(&weights[row * last.len()..][..last.len()])
    }

    fn any_at(&self, of: Option<(&[T], Shape)>, axis: usize, at: usize) -> bool {
        let Some((weights, shape)) = of else { return true };
        let [outer, extent, inner] = shape.around_axis(axis);
        if axis == 0 && self.samples.is_some_and(|of| of.binary_search(&(at as u32)).is_err()) {
            return false;
        }
        let at = if extent == 1 { 0 } else { at };
        self.outer(shape, outer)
            .any(|outer| has_weight(&weights[(outer * extent + at) * inner..][..inner]))
    }

    /// Which of the indices before an axis behind the first are of the samples that are asked about.
    fn outer(&self, weights: Shape, count: usize) -> impl Iterator<Item = usize> {
        let by_sample = weights.dims()[0] == self.shape.dims()[0] && count > 1;
        let samples = self.samples.filter(|_| by_sample);
        let a_sample = (count / weights.dims()[0].max(1)).max(1);
        (0..count).filter(move |index| {
            samples.is_none_or(|of| of.binary_search(&((index / a_sample) as u32)).is_ok())
        })
    }
}

/// The leading axes, and the last one.
fn split(shape: Shape) -> [Shape; 2] {
    let (leading, last) = shape.split_last();
    [leading, Shape::new(&[last])]
}

fn has_weight<T: Real>(weights: &[T]) -> bool {
    weights.iter().any(|&weight| weight != T::ZERO)
}
