//! A range of columns.

use std::ops::Range;

use gradroute_kernels::{Real, Write};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::Shape;

/// `ints`: first column, end.
struct SliceColumns;

impl<T: Real> Op<T> for SliceColumns {
    fn name(&self) -> &'static str {
        "slice_columns"
    }

    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String> {
        let [start, end, ..] = attrs.ints;
        let x = operands.shape(0);
        match *x.dims() {
            [rows, columns] if start <= end && end <= columns => {
                Ok(Shape::new(&[rows, end - start]).with_samples(x.carries_samples()))
            }
            [_, columns] => Err(format!("columns {start}..{end} don't lie within the {columns}")),
            _ => Err("the operand must be a matrix [rows, columns]: reshape it".to_owned()),
        }
    }

    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]) {
        let [start, end, ..] = attrs.ints;
        let columns = operands.shape(0).dims()[1];
        if start == end {
            return;
        }
        let rows = operands.value(0).chunks_exact(columns);
        for (y, x) in out.chunks_exact_mut(end - start).zip(rows) {
            y.copy_from_slice(&x[start..end]);
        }
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let [start, end, ..] = node.attrs.ints;
        let columns = node.operands.shape(0).dims()[1];
        if columns == 0 {
            return;
        }
        for (row, dx) in dx.chunks_exact_mut(columns).enumerate() {
            let dy = &node.dout[row * (end - start)..][..end - start];
            if write == Write::Store {
                dx[..start].fill(T::ZERO);
                dx[end..].fill(T::ZERO);
            }
            for (slot, &dy) in dx[start..end].iter_mut().zip(dy) {
                write.to(slot, dy);
            }
        }
    }

    fn describe(&self, attrs: &Attrs) -> String {
        format!("{}..{}", attrs.ints[0], attrs.ints[1])
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule {
            forward: "y = x[:, start:end]",
            backward: "dx[:, start:end] = dy, all else 0",
            words: "The columns that were taken get the gradient. All others get 0.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// Columns `range` of a matrix `[rows, columns]`, as `[rows, range.len()]`.
    ///
    /// # Panics
    /// If `x` is not a matrix or the range does not lie within its columns.
    #[track_caller]
    pub fn slice_columns(&self, x: Var, range: Range<usize>) -> Var {
        let attrs = Attrs::of(&[range.start, range.end]);
        self.apply(&SliceColumns, &[x], attrs)
    }
}
