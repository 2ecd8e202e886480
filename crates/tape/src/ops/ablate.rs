//! Forward ablation: switching parts of a value off, per sample if wanted.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::select::weighted;
use crate::ops::zip::{Elementwise2, Zip};

/// Operands: the value, the mask.
struct Ablate;

impl<T: Real> Elementwise2<T> for Ablate {
    const NAME: &'static str = "ablate";
    const DIFFERENTIABLE: [bool; 2] = [true, false];
    const ROUTES: bool = true;
    const RULE: Rule = Rule {
        forward: "y = m * x",
        backward: "dx = m * dy",
        words: "The mask acts both ways: where it is 0, the value is 0 and no gradient passes. \
                The mask itself gets no gradient; an x that was repeated gets the sum over its \
                copies.",
    };

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
    /// One number a sample and dim ablates by group, in one batch:
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let z = g.literal(Shape::of_samples(&[2, 2]), &[1.0, 2.0, 3.0, f32::NAN]);
    /// // Of group 1, the second dim is switched off.
    /// let mask = g.label_mask(&[0, 1], 2, |group, dim| group == 0 || dim == 0);
    /// assert_eq!(*g.value(g.ablate(z, mask)), [1.0, 2.0, 3.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes don't broadcast.
    #[track_caller]
    pub fn ablate(&self, x: Var, mask: Var) -> Var {
        self.apply(&Zip(Ablate), &[x, mask], Attrs::default())
    }
}
