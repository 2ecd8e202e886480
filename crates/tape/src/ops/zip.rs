//! The frame of ops that combine two operands element by element, broadcast against each other.

use gradroute_kernels::strided::{self, Strided};
use gradroute_kernels::{Real, Write, elementwise};

use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::ops::select::passed_on;
use crate::routing::permission::{Lines, Permit};
use crate::shape::Shape;

/// A function of two numbers with its partial derivatives.
pub trait Elementwise2<T: Real>: Sync {
    /// The op's name.
    const NAME: &'static str;

    /// Which of the two operands a gradient flows to.
    const DIFFERENTIABLE: [bool; 2] = [true, true];

    /// See [`Op::routes`].
    const ROUTES: bool = false;

    /// See [`Op::adds`].
    const ADDS: bool = false;

    /// See [`Op::rule`].
    const RULE: Rule = Rule::NONE;

    /// The function.
    fn value(a: T, b: T) -> T;

    /// The partial derivative by `a` times the incoming gradient. Where that is 0, what comes out
    /// is taken as 0, whatever it is.
    fn gradient_a(a: T, b: T, dy: T) -> T;

    /// The partial derivative by `b` times the incoming gradient, likewise.
    fn gradient_b(a: T, b: T, dy: T) -> T;
}

/// Makes an [`Op`] of an [`Elementwise2`] function.
pub struct Zip<F>(pub F);

/// Operand `i`, repeated to the shape `full`.
fn repeated<'s, T: Real>(operands: Operands<'s, T>, i: usize, full: Shape) -> Strided<'s, T> {
    Strided { data: operands.value(i), strides: operands.shape(i).strides_in(full) }
}

impl<T: Real, F: Elementwise2<T>> Op<T> for Zip<F> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        operands.shape(0).broadcast(operands.shape(1))
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        let (a, b) = (operands.value(0), operands.value(1));
        // Equal lengths alone don't do: a row and a column of three broadcast to nine.
        if a.len() == out.len() && b.len() == out.len() {
            return elementwise::map2(Write::Store, out, a, b, F::value);
        }
        let full = operands.shape(0).broadcast(operands.shape(1)).expect("checked by shape()");
        let [a, b] = [0, 1].map(|i| repeated(operands, i, full));
        strided::map2(Write::Store, out, full.padded(), a, b, F::value);
    }

    fn differentiable(&self, operand: usize, _: &Attrs) -> bool {
        F::DIFFERENTIABLE[operand]
    }

    fn routes(&self, _: &Attrs) -> bool {
        F::ROUTES
    }

    fn adds(&self) -> bool {
        F::ADDS
    }

    fn permit(&self, weights: &Permit<'_, T>, operand: usize, allowed: &mut Lines) {
        if !weights.any_output() {
            return;
        }
        let (own, full) = (weights.operands.shape(operand), weights.shape);
        let behind = full.rank() - own.rank();
        let has = |axis: usize, at| {
            // What is repeated along an axis is taught all along it.
            own.dims().get(axis) != full.dims().get(behind + axis)
                || weights.at_output(behind + axis, at)
        };
        match own.rank() {
            0 => allowed.add_all(),
            1 => {
                allowed.add_rows(|row| has(0, row));
                allowed.add_columns(|_| true);
            }
            _ => {
                allowed.add_rows(|row| has(0, row));
                allowed.add_columns(|column| has(1, column));
            }
        }
    }

    fn works_by_sample(&self, operands: Operands<'_, T>) -> bool {
        let shapes = [operands.shape(0), operands.shape(1)];
        let rank = shapes[0].rank().max(shapes[1].rank());
        let repeated = |s: Shape| s.rank() < rank || s.dims().first() == Some(&1);
        shapes.into_iter().all(|shape| shape.carries_samples() || repeated(shape))
    }

    fn backward(&self, node: Backward<'_, T>, operand: usize, write: Write, dx: &mut [T]) {
        match operand {
            0 => pass_back(node, 0, write, dx, F::gradient_a),
            _ => pass_back(node, 1, write, dx, F::gradient_b),
        }
    }

    fn rule(&self, _: &Attrs) -> Rule {
        F::RULE
    }
}

/// The gradient of one operand; `gradient` is that of the function, given both and the adjoint.
fn pass_back<T: Real>(
    node: Backward<'_, T>,
    operand: usize,
    write: Write,
    dx: &mut [T],
    gradient: impl Fn(T, T, T) -> T + Sync,
) {
    let Backward { operands, shape: full, dout, .. } = node;
    let (a, b) = (operands.value(0), operands.value(1));
    let gradient = |a, b, dy| passed_on(dy, gradient(a, b, dy));
    if a.len() == dout.len() && b.len() == dout.len() {
        return elementwise::map3(write, dx, a, b, dout, gradient);
    }
    let dims = full.padded();
    if dx.len() == dout.len() {
        let [a, b] = [0, 1].map(|i| repeated(operands, i, full));
        return strided::map3(write, dx, dims, a, b, dout, gradient);
    }
    let (small, other) = (operands.shape(operand), operands.shape(1 - operand));
    let strides = other.strides_in(full);
    strided::sums_over_repeats(write, dx, small.padded(), dims, strides, |own, at, other| {
        let (a, b) = if operand == 0 { (a[own], b[other]) } else { (a[other], b[own]) };
        gradient(a, b, dout[at])
    });
}
