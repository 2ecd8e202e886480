//! One element of each row, by number.

use gradroute_kernels::{Real, Write, rows};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::ops::classes;
use crate::shape::Shape;

/// Operands: the value, the indices (whole numbers kept as reals).
struct Pick;

impl<T: Real> Op<T> for Pick {
    fn name(&self) -> &'static str {
        "pick"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        let x = operands.shape(0);
        x.check_last_axis()?;
        let Some(_) = x.dims().last() else {
            return Err("the value must be [.., d]".into());
        };
        let (picked, d) = x.split_last();
        if operands.shape(1).dims() != picked.dims() {
            return Err(format!("indices must be {:?}, one a row", picked.dims()));
        }
        classes::are_indices("index", operands.value(1), d)?;
        Ok(picked)
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        let (x, d) = (operands.value(0), operands.shape(0).split_last().1);
        for ((row, out), index) in out.iter_mut().enumerate().zip(operands.value(1)) {
            *out = x[row * d + index.to_f64() as usize];
        }
    }

    fn differentiable(&self, operand: usize, _: &Attrs) -> bool {
        operand == 0
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let (indices, d) = (node.operands.value(1), node.operands.shape(0).split_last().1);
        rows::for_each(dx, d, |row, dx| {
            let picked = indices[row].to_f64() as usize;
            for (i, slot) in dx.iter_mut().enumerate() {
                write.to(slot, if i == picked { node.dout[row] } else { T::ZERO });
            }
        });
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule {
            forward: "y[r] = x[r, i[r]], i are the indices",
            backward: "dx[r, i[r]] = dy[r], all else 0",
            words: "The number that was picked from a row gets the gradient. All others get 0.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// From each row of `x` `[.., d]` the element that `indices` `[..]` names, as `[..]`: from the
    /// logarithms of probabilities, those of the actions that were taken. Indices are constants: see
    /// [`Graph::indices`].
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::of_samples(&[2, 3]), &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    /// let actions = g.indices(Shape::of_samples(&[2]), &[0, 2]);
    /// assert_eq!(*g.value(g.pick(x, actions)), [1.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes don't fit, or an index is beyond the row.
    #[doc(alias = "gather")]
    #[track_caller]
    pub fn pick(&self, x: Var, indices: Var) -> Var {
        self.apply(&Pick, &[x, indices], Attrs::default())
    }
}
