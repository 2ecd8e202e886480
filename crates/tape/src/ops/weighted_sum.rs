//! Per-sample loss weights.

use gradroute_kernels::{Real, Write, elementwise, reduce};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::ops::select::{passed_on, weighted};
use crate::shape::Shape;

/// Operands: the losses, their weights.
struct WeightedSum;

impl<T: Real> Op<T> for WeightedSum {
    fn name(&self) -> &'static str {
        "weighted_sum"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        if operands.shape(0).dims() != operands.shape(1).dims() {
            return Err("there must be one weight for each loss".into());
        }
        Ok(Shape::scalar())
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        out[0] = reduce::sum2(operands.value(0), operands.value(1), |l, w| weighted(w, l));
    }

    fn differentiable(&self, operand: usize, _: &Attrs) -> bool {
        operand == 0
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let dy = node.dout[0];
        elementwise::map1(write, dx, node.operands.value(1), |w| passed_on(dy, weighted(w, dy)));
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule {
            forward: "y = sum(w * x)",
            backward: "dx = w * dy",
            words: "Each loss x gets the gradient times its weight, so a weight of 0 leaves it \
                    out. The weights get no gradient.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// `sum_i weights_i * losses_i`, a scalar, not divided by the weights. A weight of 0 leaves
    /// its sample out, even if the loss is not finite. The weights are a constant.
    ///
    /// # Panics
    /// If the extents differ.
    #[track_caller]
    pub fn weighted_sum(&self, losses: Var, weights: Var) -> Var {
        self.apply(&WeightedSum, &[losses, weights], Attrs::default())
    }
}
