//! The route: the identity forward, a mask on the gradient backward.

use gradroute_kernels::{Real, Write, elementwise};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op};
use crate::operands::Operands;
use crate::ops::select::weighted;
use crate::shape::{Repeat, Shape};

/// Operands: the value, the mask.
struct Route;

impl<T: Real> Op<T> for Route {
    fn name(&self) -> &'static str {
        "route"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        let (x, mask) = (operands.shape(0), operands.shape(1));
        match x.broadcast(mask) {
            Some(full) if full.dims() == x.dims() => Ok(x),
            _ => Err("the mask must have the value's extents, aligned at the last axis, or \
                      extent 1 to be repeated"
                .to_owned()),
        }
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
        let mask = node.operands.value(1);
        if mask.len() == dx.len() {
            return elementwise::map2(write, dx, mask, node.dout, weighted);
        }
        let at = Repeat::new(node.operands.shape(1), node.shape);
        for (i, (slot, &dy)) in dx.iter_mut().zip(node.dout).enumerate() {
            write.to(slot, weighted(mask[at.source(i)], dy));
        }
    }

    fn has_surrogate(&self, _: &Attrs) -> bool {
        true
    }

    /// `m * x + (1 - m) * x0`.
    fn surrogate(&self, operands: Operands<'_, T>, recorded: &[Vec<T>], _: &Attrs, out: &mut [T]) {
        let (x, mask) = (operands.value(0), operands.value(1));
        let at = Repeat::new(operands.shape(1), operands.shape(0));
        for (i, slot) in out.iter_mut().enumerate() {
            // Written as x0 + m * (x - x0), which is x0 exactly where x = x0.
            *slot = recorded[0][i] + mask[at.source(i)] * (x[i] - recorded[0][i]);
        }
    }

    fn routes(&self, _: &Attrs) -> bool {
        true
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
    /// If the mask does not broadcast to the shape of `x`.
    #[track_caller]
    pub fn route(&self, x: Var, mask: Var) -> Var {
        self.apply(&Route, &[x, mask], Attrs::default())
    }
}
