//! The rectified linear unit.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::Attrs;
use crate::ops::map::{Elementwise, Map};

struct Relu;

impl<T: Real> Elementwise<T> for Relu {
    const NAME: &'static str = "relu";

    fn value(x: T, _: &Attrs) -> T {
        x.relu()
    }

    fn gradient(_: T, y: T, dy: T, _: &Attrs) -> T {
        if y == T::ZERO { T::ZERO } else { dy }
    }

    fn kink_distance(x: T) -> f64 {
        x.abs().to_f64()
    }

    const IGNORES_ADJOINT_OF_ZEROS: bool = true;
}

impl<T: Real> Graph<'_, T> {
    /// `x` where it is positive, else +0; NaN passes. The derivative at 0 is 0.
    #[track_caller]
    pub fn relu(&self, x: Var) -> Var {
        self.apply(&Map(Relu), &[x], Attrs::default())
    }
}
