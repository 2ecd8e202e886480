//! Forward ablation: switching parts of a value off, per sample if wanted.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::Attrs;
use crate::ops::select::weighted;
use crate::ops::zip::{Elementwise2, Zip};

/// Operands: the value, the mask.
struct Ablate;

impl<T: Real> Elementwise2<T> for Ablate {
    const NAME: &'static str = "ablate";
    const DIFFERENTIABLE: [bool; 2] = [true, false];
    const ROUTES: bool = true;

    fn value(x: T, mask: T) -> T {
        weighted(mask, x)
    }

    fn gradient_a(_: T, mask: T, dy: T) -> T {
        weighted(mask, dy)
    }

    fn gradient_b(_: T, _: T, _: T) -> T {
        unreachable!("the mask of an ablation is a constant")
    }
}

impl<T: Real> Graph<'_, T> {
    /// `mask * x` for each element, broadcast, where a mask of 0 selects zero even if `x` is not
    /// finite. Unlike a [`route`](Graph::route), it changes the forward as well, and its backward
    /// is the true derivative. The mask is a constant.
    ///
    /// # Panics
    /// If the shapes don't broadcast.
    #[track_caller]
    pub fn ablate(&self, x: Var, mask: Var) -> Var {
        self.apply(&Zip(Ablate), &[x, mask], Attrs::default())
    }
}
