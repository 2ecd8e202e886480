//! What of the parameters an optimizer updates.

use std::ops::Range;

use gradroute_kernels::Real;

use crate::params::{ParamId, Params};
use crate::routing::permission::Lines;
use crate::shape::Shape;

/// A parameter, or rows and columns of it. Rows are the indices of its first axis, columns those of its
/// second one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    id: ParamId,
    rows: Option<Range<usize>>,
    columns: Option<Range<usize>>,
}

impl Part {
    /// The whole parameter.
    pub fn all(id: ParamId) -> Self {
        Self { id, rows: None, columns: None }
    }

    /// Some rows of it.
    pub fn rows(id: ParamId, rows: Range<usize>) -> Self {
        Self { rows: Some(rows), ..Self::all(id) }
    }

    /// Some columns of it.
    pub fn columns(id: ParamId, columns: Range<usize>) -> Self {
        Self { columns: Some(columns), ..Self::all(id) }
    }
}

impl From<ParamId> for Part {
    fn from(id: ParamId) -> Self {
        Self::all(id)
    }
}

/// A part with its place among the parameters and among the numbers that an optimizer keeps for it.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub id: ParamId,
    rows: Range<usize>,
    columns: Range<usize>,
    /// Columns of the parameter, and numbers of each.
    all_columns: usize,
    inner: usize,
    /// Where the parameter starts in the flat buffer, and this part in the optimizer's.
    start: usize,
    own: usize,
}

impl Placed {
    /// The place of a part, for which the optimizer's numbers from `own` on are kept.
    ///
    /// # Panics
    /// If it is of other parameters, or does not lie within its parameter.
    #[track_caller]
    pub fn new<T: Real>(params: &Params<T>, part: Part, own: usize) -> Self {
        let (shape, name) = (params.shape(part.id), params.name(part.id));
        let extent = |axis| shape.dims().get(axis).copied().unwrap_or(1);
        let (all_rows, all_columns) = (extent(0), extent(1));
        let rows = part.rows.unwrap_or(0..all_rows);
        let columns = part.columns.unwrap_or(0..all_columns);
        assert!(
            rows.start <= rows.end
                && rows.end <= all_rows
                && columns.start <= columns.end
                && columns.end <= all_columns,
            "rows {rows:?} and columns {columns:?} of `{name}` {shape}: there are {all_rows} and \
             {all_columns}"
        );
        let (inner, start) = (shape.dims().iter().skip(2).product(), params.range(part.id).start);
        Self { id: part.id, rows, columns, all_columns, inner, start, own }
    }

    /// The places of parts, in their order.
    ///
    /// # Panics
    /// If one is of other parameters, does not lie within its parameter, or overlaps another.
    #[track_caller]
    pub fn all<T: Real>(params: &Params<T>, parts: impl IntoIterator<Item = Part>) -> Vec<Self> {
        let mut placed: Vec<Self> = Vec::new();
        let mut own = 0;
        for part in parts {
            let one = Self::new(params, part, own);
            let apart = |a: &Range<usize>, b: &Range<usize>| a.end <= b.start || b.end <= a.start;
            let overlaps = |other: &&Self| {
                other.id == one.id
                    && !apart(&other.rows, &one.rows)
                    && !apart(&other.columns, &one.columns)
            };
            if let Some(other) = placed.iter().find(overlaps) {
                let name = params.name(one.id);
                panic!(
                    "two parts of `{name}` overlap: rows {:?} and columns {:?}, rows {:?} and \
                     columns {:?}",
                    other.rows, other.columns, one.rows, one.columns
                );
            }
            own += one.len();
            placed.push(one);
        }
        placed
    }

    /// How many numbers it has.
    pub fn len(&self) -> usize {
        self.rows.len() * self.columns.len() * self.inner
    }

    /// Where its numbers are kept by the optimizer.
    pub fn own(&self) -> Range<usize> {
        self.own..self.own + self.len()
    }

    /// The name of the parameter, with the rows and columns where these are not all, and its extents.
    pub fn described<T: Real>(&self, params: &Params<T>) -> (String, Shape) {
        let (name, shape) = (params.name(self.id), params.shape(self.id));
        let mut dims = shape.dims().to_vec();
        let own = [self.rows.clone(), self.columns.clone()];
        dims.iter_mut().zip(&own).for_each(|(extent, own)| *extent = own.len());
        let part = Shape::new(&dims);
        if part == shape {
            return (name.to_owned(), shape);
        }
        let [rows, columns] = own.map(|lines| format!("{}..{}", lines.start, lines.end));
        (format!("{name}[{rows}, {columns}]"), part)
    }

    /// Calls `f` with the longest ranges that hold nothing of `held`: where they lie among the
    /// parameters, and where among the optimizer's numbers.
    pub fn for_each_range(&self, held: &Lines, mut f: impl FnMut(Range<usize>, usize)) {
        let width = self.columns.len() * self.inner;
        if held.is_none() && self.columns.len() == self.all_columns {
            let start = self.start + self.rows.start * width;
            return f(start..start + self.len(), self.own);
        }
        held.for_each_outside(self.rows.clone(), self.columns.clone(), |row, columns| {
            let start = self.start + (row * self.all_columns + columns.start) * self.inner;
            let own = self.own + (row - self.rows.start) * width;
            let own = own + (columns.start - self.columns.start) * self.inner;
            f(start..start + columns.len() * self.inner, own);
        });
    }
}
