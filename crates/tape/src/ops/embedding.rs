//! Rows of a table by number.

use gradroute_kernels::{Real, Write, embedding};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::ops::classes::are_indices;
use crate::routing::permission::{Lines, Permit};
use crate::shape::{MAX_AXES, Shape};

/// Operands: the table, the indices (whole numbers kept as reals).
struct Embedding;

impl<T: Real> Op<T> for Embedding {
    fn name(&self) -> &'static str {
        "embedding"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        let &[entries, d] = operands.shape(0).dims() else {
            return Err("the table must be [entries, d]".into());
        };
        let indices = operands.shape(1);
        if indices.rank() >= MAX_AXES {
            return Err(format!("indices must have fewer than {MAX_AXES} axes"));
        }
        are_indices("index", operands.value(1), entries)?;
        Ok(indices.with_last(d))
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        let d = operands.shape(0).dims()[1];
        embedding::gather(out, operands.value(0), operands.value(1), d);
    }

    fn differentiable(&self, operand: usize, _: &Attrs) -> bool {
        operand == 0
    }

    fn works_by_sample(&self, _: Operands<'_, T>) -> bool {
        true
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let d = node.operands.shape(0).dims()[1];
        embedding::scatter(write, dx, node.dout, node.operands.value(1), d);
    }

    fn permit(&self, weights: &Permit<'_, T>, _: usize, allowed: &mut Lines) {
        let last = weights.shape.rank() - 1;
        for (position, index) in weights.operands.value(1).iter().enumerate() {
            if weights.at_position(position) {
                allowed.add_row(index.to_f64() as usize);
            }
        }
        allowed.add_columns(|column| weights.any() && weights.at_output(last, column));
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule {
            forward: "y[p] = x[i[p]], x is the table, i the indices",
            backward: "dx[k] = sum(dy[p] for all p with i[p] == k)",
            words: "A row of the table gets the sum of the gradients of all places that read it. \
                    Rows that no place read get 0.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// The rows of `table` `[entries, d]` that `indices` `[..]` name, as `[.., d]`. Indices are
    /// constants: see [`Graph::indices`].
    ///
    /// The gradient of an entry is the sum over its positions, in their order, in chains of 4096 that
    /// are added up, so that its bits are the same at every thread count.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let table = g.literal(Shape::new(&[3, 1]), &[10.0, 11.0, 12.0]);
    /// let tokens = g.indices(Shape::of_samples(&[1, 2]), &[2, 0]);
    /// let x = g.embedding(table, tokens);
    /// assert_eq!(g.shape(x).dims(), [1, 2, 1]);
    /// assert_eq!(*g.value(x), [12.0, 10.0]);
    /// ```
    ///
    /// # Panics
    /// If the table is no matrix, or an index is not the number of an entry.
    #[doc(alias = "index_select")]
    #[track_caller]
    pub fn embedding(&self, table: Var, indices: Var) -> Var {
        self.apply(&Embedding, &[table, indices], Attrs::default())
    }
}
