//! Another shape for the same elements.

use gradroute_kernels::{Real, Write, elementwise};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::Shape;

/// `ints`: the extents, and at 4 whether the first axis is said to count samples. `reals[0]`: the
/// number of axes.
struct Reshape;

impl<T: Real> Op<T> for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String> {
        let old = operands.shape(0);
        let new = Shape::new(&attrs.ints[..attrs.reals[0] as usize]);
        if old.len() != new.len() {
            return Err(format!(
                "{new} holds {} elements, but the operand has {}",
                new.len(),
                old.len()
            ));
        }
        let keeps_rows = new.rank() > 0 && old.rank() > 0 && new.dims()[0] == old.dims()[0];
        Ok(new.with_samples(old.carries_samples() && keeps_rows || attrs.ints[4] == 1))
    }

    fn alias(&self) -> Option<usize> {
        Some(0)
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        out.copy_from_slice(operands.value(0));
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        elementwise::map1(write, dx, node.dout, |dy| dy);
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule {
            forward: "y = reshape(x)",
            backward: "dx = reshape(dy)",
            words: "The numbers stay as they are, in the same order. The gradient gets the shape \
                    of x again.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// The elements of `x` in the same order under the extents `dims`; no copy. Axis 0 goes on
    /// counting samples if its extent stays.
    ///
    /// # Panics
    /// If the number of elements differs.
    #[track_caller]
    pub fn reshape(&self, x: Var, dims: &[usize]) -> Var {
        let shape = Shape::new(dims);
        let mut attrs = Attrs { reals: [shape.rank() as f64, 0.0], ..Attrs::default() };
        attrs.ints[..dims.len()].copy_from_slice(dims);
        self.apply(&Reshape, &[x], attrs)
    }

    /// The same value, of which axis 0 counts samples from here on: after a reshape from `[n * t, d]`
    /// to `[n, t, d]`, or of a parameter that stands for data.
    ///
    /// # Panics
    /// If the value has no axis.
    #[track_caller]
    pub fn as_samples(&self, x: Var) -> Var {
        let shape = self.shape(x);
        assert!(shape.rank() > 0, "as_samples: a single number has no axis to count samples");
        let mut attrs = Attrs { reals: [shape.rank() as f64, 0.0], ..Attrs::of(shape.dims()) };
        attrs.ints[4] = 1;
        self.apply(&Reshape, &[x], attrs)
    }
}
