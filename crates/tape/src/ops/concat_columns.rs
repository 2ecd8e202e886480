//! Matrices side by side.

use gradroute_kernels::{Real, Write};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::Shape;

struct ConcatColumns;

impl<T: Real> Op<T> for ConcatColumns {
    fn name(&self) -> &'static str {
        "concat_columns"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        let (mut rows, mut columns, mut samples) = (None, 0, false);
        for i in 0..operands.count() {
            let x = operands.shape(i);
            match *x.dims() {
                [n, c] if rows.is_none_or(|r| r == n) => (rows, columns) = (Some(n), columns + c),
                _ => return Err("operands must be matrices with the same number of rows".into()),
            }
            samples |= x.carries_samples();
        }
        let rows = rows.ok_or("at least one operand is needed")?;
        Ok(Shape::new(&[rows, columns]).with_samples(samples))
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        let total: usize = (0..operands.count()).map(|i| operands.shape(i).dims()[1]).sum();
        let mut start = 0;
        for i in 0..operands.count() {
            let columns = operands.shape(i).dims()[1];
            if columns == 0 {
                continue;
            }
            let rows = operands.value(i).chunks_exact(columns);
            for (y, x) in out.chunks_exact_mut(total).zip(rows) {
                y[start..start + columns].copy_from_slice(x);
            }
            start += columns;
        }
    }

    fn backward(&self, node: Backward<'_, T>, operand: usize, write: Write, dx: &mut [T]) {
        let start: usize = (0..operand).map(|i| node.operands.shape(i).dims()[1]).sum();
        let columns = node.operands.shape(operand).dims()[1];
        if columns == 0 {
            return;
        }
        let rows = node.dout.chunks_exact(node.shape.dims()[1]);
        for (dx, dy) in dx.chunks_exact_mut(columns).zip(rows) {
            for (slot, &dy) in dx.iter_mut().zip(&dy[start..start + columns]) {
                write.to(slot, dy);
            }
        }
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule {
            forward: "y = [a, b, ..], side by side",
            backward: "da = dy[:, columns of a], db = dy[:, columns of b], ..",
            words: "Each operand gets the columns of the gradient that stand where its own \
                    columns went.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// Matrices `[rows, columns_i]` side by side, as `[rows, sum of columns_i]`.
    ///
    /// # Panics
    /// If there is none, or their numbers of rows differ.
    #[doc(alias = "cat")]
    #[track_caller]
    pub fn concat_columns(&self, parts: &[Var]) -> Var {
        self.apply(&ConcatColumns, parts, Attrs::default())
    }
}
