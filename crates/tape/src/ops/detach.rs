//! The stop gradient.

use gradroute_kernels::{Real, Write};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::Shape;

struct Detach;

impl<T: Real> Op<T> for Detach {
    fn name(&self) -> &'static str {
        "detach"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        Ok(operands.shape(0))
    }

    fn alias(&self) -> Option<usize> {
        Some(0)
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        out.copy_from_slice(operands.value(0));
    }

    fn differentiable(&self, _: usize, _: &Attrs) -> bool {
        false
    }

    fn backward(&self, _: Backward<'_, T>, _: usize, _: Write, _: &mut [T]) {
        unreachable!("no operand of a detach is differentiable")
    }

    fn has_surrogate(&self, _: &Attrs) -> bool {
        true
    }

    /// The recorded value: a route with mask 0.
    fn surrogate(&self, _: Operands<'_, T>, recorded: &[Vec<T>], _: &Attrs, out: &mut [T]) {
        out.copy_from_slice(&recorded[0]);
    }

    fn routes(&self, _: &Attrs) -> bool {
        true
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule { forward: "y = x", backward: "dx = 0", words: "No gradient passes." }
    }
}

impl<T: Real> Graph<'_, T> {
    /// The value `x` as a constant: no gradient passes, and nothing behind it is computed.
    #[track_caller]
    pub fn detach(&self, x: Var) -> Var {
        self.apply(&Detach, &[x], Attrs::default())
    }
}
