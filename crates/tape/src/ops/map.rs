//! The frame of ops that apply one function to each element.

use gradroute_kernels::{Real, Write, elementwise};

use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::ops::select::passed_on;
use crate::shape::Shape;

/// A function of one number with its derivative.
pub trait Elementwise<T: Real>: Sync {
    /// The op's name.
    const NAME: &'static str;

    /// See [`Op::rule`].
    const RULE: Rule = Rule::NONE;

    /// The function.
    fn value(x: T, attrs: &Attrs) -> T;

    /// The derivative times the incoming gradient, given the argument `x` and the value `y`. Where
    /// that gradient is 0, what comes out is taken as 0, whatever it is.
    fn gradient(x: T, y: T, dy: T, attrs: &Attrs) -> T;

    /// Distance from `x` to the nearest jump of the derivative; infinite if there is none.
    fn kink_distance(_x: T) -> f64 {
        f64::INFINITY
    }

    /// The attributes in words, for pictures of the graph; see [`Op::describe`].
    fn describe(_attrs: &Attrs) -> String {
        String::new()
    }

    /// See [`Op::ignores_adjoint_of_zeros`].
    const IGNORES_ADJOINT_OF_ZEROS: bool = false;
}

/// Makes an [`Op`] of an [`Elementwise`] function.
pub struct Map<F>(pub F);

impl<T: Real, F: Elementwise<T>> Op<T> for Map<F> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        Ok(operands.shape(0))
    }

    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]) {
        elementwise::map1(Write::Store, out, operands.value(0), |x| F::value(x, attrs));
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let x = node.operands.value(0);
        elementwise::map3(write, dx, x, node.out, node.dout, |x, y, dy| {
            passed_on(dy, F::gradient(x, y, dy, node.attrs))
        });
    }

    fn kink_distance(&self, operands: Operands<'_, T>, _: &Attrs, _: &[T]) -> Option<f64> {
        let nearest = operands.value(0).iter().map(|&x| F::kink_distance(x));
        Some(nearest.fold(f64::INFINITY, f64::min)).filter(|d| d.is_finite())
    }

    fn ignores_adjoint_of_zeros(&self, _: &Attrs) -> bool {
        F::IGNORES_ADJOINT_OF_ZEROS
    }

    fn describe(&self, attrs: &Attrs) -> String {
        F::describe(attrs)
    }

    fn rule(&self, _: &Attrs) -> Rule {
        F::RULE
    }
}
