//! Sums and means along one axis.

use gradroute_kernels::{Real, Write, reduce};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::{MAX_AXES, Shape};

/// `ints[0]`: the axis.
struct SumAxis;

impl<T: Real> Op<T> for SumAxis {
    fn name(&self) -> &'static str {
        "sum_axis"
    }

    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String> {
        let (x, axis) = (operands.shape(0), attrs.ints[0]);
        if axis >= x.rank() {
            return Err(format!("there is no axis {axis}"));
        }
        Ok(x.without_axis(axis))
    }

    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]) {
        let [outer, n, inner] = operands.shape(0).around_axis(attrs.ints[0]);
        reduce::axis_sums(Write::Store, out, outer, n, inner, operands.value(0), |x| x);
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let [_, n, inner] = node.operands.shape(0).around_axis(node.attrs.ints[0]);
        if n * inner == 0 {
            return;
        }
        for (outer, dx) in dx.chunks_exact_mut(n * inner).enumerate() {
            let dy = &node.dout[outer * inner..][..inner];
            for dx in dx.chunks_exact_mut(inner) {
                for (slot, &dy) in dx.iter_mut().zip(dy) {
                    write.to(slot, dy);
                }
            }
        }
    }

    fn describe(&self, attrs: &Attrs) -> String {
        format!("axis {}", attrs.ints[0])
    }

    fn rule(&self, attrs: &Attrs) -> Rule {
        const FORWARD: [&str; MAX_AXES] = [
            "y = sum(x, axis=0)",
            "y = sum(x, axis=1)",
            "y = sum(x, axis=2)",
            "y = sum(x, axis=3)",
        ];
        Rule {
            forward: FORWARD[attrs.ints[0]],
            backward: "dx = dy, repeated along the axis",
            words: "Each of the numbers that were added up gets the gradient of their sum.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// The sums along `axis`, which disappears: `[n, d]` becomes `[d]` for axis 0, `[n]` for 1.
    ///
    /// # Panics
    /// If there is no such axis.
    #[track_caller]
    pub fn sum_axis(&self, x: Var, axis: usize) -> Var {
        self.apply(&SumAxis, &[x], Attrs::of(&[axis]))
    }

    /// The means along `axis`, which disappears.
    ///
    /// # Panics
    /// If there is no such axis, or its extent is 0.
    #[track_caller]
    pub fn mean_axis(&self, x: Var, axis: usize) -> Var {
        let sums = self.sum_axis(x, axis);
        let extent = self.shape(x).dims()[axis];
        assert!(extent > 0, "mean_axis: axis {axis} of {} has extent 0", self.shape(x));
        self.scale(sums, 1.0 / extent as f64)
    }
}
