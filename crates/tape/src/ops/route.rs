//! The route: the identity forward, a mask on the gradient backward.

use gradroute_kernels::strided::{self, Strided};
use gradroute_kernels::{Real, Write};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::ops::select::masked;
use crate::shape::Shape;

/// Operands: the value, the mask.
struct Route;

impl<T: Real> Op<T> for Route {
    fn name(&self) -> &'static str {
        "route"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        let (x, mask) = (operands.shape(0), operands.shape(1));
        if mask.carries_samples() && !x.carries_samples() {
            return Err(format!(
                "the mask counts samples, the value {x} does not. To say which samples may teach a \
                 parameter, put `update_weighted` around the op that reads it; a value that counts \
                 samples is made by `samples`, `Shape::of_samples` or `as_samples`"
            ));
        }
        if x.broadcast(mask)?.dims() != x.dims() {
            return Err("the mask must have the value's extents, aligned at the last axis, or \
                        extent 1 to be repeated"
                .to_owned());
        }
        Ok(x)
    }

    fn alias(&self) -> Option<usize> {
        Some(0)
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        out.copy_from_slice(operands.value(0));
    }

    fn differentiable(&self, operand: usize, _: &Attrs) -> bool {
        operand == 0
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let (mask, shape) = (node.operands.value(1), node.operands.shape(1));
        masked(write, dx, node.dout, mask, shape, node.shape);
    }

    fn has_surrogate(&self, _: &Attrs) -> bool {
        true
    }

    /// `m * x + (1 - m) * x0`.
    fn surrogate(&self, operands: Operands<'_, T>, recorded: &[Vec<T>], _: &Attrs, out: &mut [T]) {
        let full = operands.shape(0);
        let [x, mask] = [0, 1].map(|i| Strided {
            data: operands.value(i),
            strides: operands.shape(i).strides_in(full),
        });
        // Written as x0 + m * (x - x0), which is x0 exactly where x = x0.
        let blended = |x: T, mask, x0| x0 + mask * (x - x0);
        strided::map3(Write::Store, out, full.padded(), x, mask, &recorded[0], blended);
    }

    fn routes(&self, _: &Attrs) -> bool {
        true
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule {
            forward: "y = x",
            backward: "dx = m * dy",
            words: "Nothing is changed on the way forward. On the way back each number is \
                    multiplied by the mask: 0 stops it, 1 lets it pass.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// The value `x`, unchanged and not copied, whose gradient is multiplied by `mask` on the way
    /// back: data decides which part of the network behind `x` it teaches (Cloud et al. 2024,
    /// arXiv 2410.04332).
    ///
    /// The mask holds any real weights and is repeated along axes that it lacks or has with
    /// extent 1: `[n, d]` for samples and dims, `[n, 1]` for samples alone, `[d]` for dims alone.
    /// Weight 0 *selects* zero instead of multiplying by it, so a NaN or an infinity in the
    /// gradient stops there; weight 1 passes the gradient bit for bit. The mask is a constant.
    ///
    /// A route acts on an edge, not on a value: `x` itself may be used elsewhere, unrouted.
    ///
    /// # Panics
    /// If the mask does not broadcast to the shape of `x`, or counts samples where `x` does not: which
    /// samples may teach a *parameter* is said by [`Graph::update_weighted`].
    #[track_caller]
    pub fn route(&self, x: Var, mask: Var) -> Var {
        self.apply(&Route, &[x, mask], Attrs::default())
    }
}
