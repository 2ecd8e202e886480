//! The frame of ops that combine two operands element by element, broadcast against each other.

use gradroute_kernels::{Real, Write, elementwise, reduce};

use crate::op::{Attrs, Backward, Op};
use crate::operands::Operands;
use crate::shape::{MAX_AXES, Repeat, Shape};

/// A function of two numbers with its partial derivatives.
pub trait Elementwise2<T: Real>: Sync {
    /// The op's name.
    const NAME: &'static str;

    /// Which of the two operands a gradient flows to.
    const DIFFERENTIABLE: [bool; 2] = [true, true];

    /// See [`Op::routes`].
    const ROUTES: bool = false;

    /// The function.
    fn value(a: T, b: T) -> T;

    /// The partial derivative by `a` times the incoming gradient.
    fn gradient_a(a: T, b: T, dy: T) -> T;

    /// The partial derivative by `b` times the incoming gradient.
    fn gradient_b(a: T, b: T, dy: T) -> T;
}

/// Makes an [`Op`] of an [`Elementwise2`] function.
pub struct Zip<F>(pub F);

impl<T: Real, F: Elementwise2<T>> Op<T> for Zip<F> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        operands.shape(0).broadcast(operands.shape(1)).ok_or_else(|| {
            "operands must have equal extents, aligned at the last axis, or extent 1 to be \
             repeated"
                .to_owned()
        })
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        let (a, b) = (operands.value(0), operands.value(1));
        // Equal lengths alone don't do: a row and a column of three broadcast to nine.
        if a.len() == out.len() && b.len() == out.len() {
            return elementwise::map2(Write::Store, out, a, b, F::value);
        }
        let full = operands.shape(0).broadcast(operands.shape(1)).expect("checked by shape()");
        let [at_a, at_b] = [0, 1].map(|i| Repeat::new(operands.shape(i), full));
        for (i, y) in out.iter_mut().enumerate() {
            *y = F::value(a[at_a.source(i)], b[at_b.source(i)]);
        }
    }

    fn differentiable(&self, operand: usize, _: &Attrs) -> bool {
        F::DIFFERENTIABLE[operand]
    }

    fn routes(&self, _: &Attrs) -> bool {
        F::ROUTES
    }

    fn backward(&self, node: Backward<'_, T>, operand: usize, write: Write, dx: &mut [T]) {
        let (a, b, dy) = (node.operands.value(0), node.operands.value(1), node.dout);
        let gradient = if operand == 0 { F::gradient_a } else { F::gradient_b };
        if a.len() == dy.len() && b.len() == dy.len() {
            return elementwise::map3(write, dx, a, b, dy, gradient);
        }
        let [at_a, at_b] = [0, 1].map(|i| Repeat::new(node.operands.shape(i), node.shape));
        let gradient_at = |i: usize| gradient(a[at_a.source(i)], b[at_b.source(i)], dy[i]);
        sum_repeats(write, dx, node.operands.shape(operand), node.shape, gradient_at);
    }
}

/// Adds up, for each element of an operand of shape `small`, `term(i)` over the elements `i` of
/// the output of shape `full` that it was repeated into.
pub(crate) fn sum_repeats<T: Real>(
    write: Write,
    dx: &mut [T],
    small: Shape,
    full: Shape,
    term: impl Fn(usize) -> T + Sync,
) {
    let (small, full) = (small.padded(), full.padded());
    let mut full_strides = [1; MAX_AXES];
    for axis in (0..MAX_AXES - 1).rev() {
        full_strides[axis] = full_strides[axis + 1] * full[axis + 1];
    }
    let repeats = |axis: usize| if small[axis] == full[axis] { 1 } else { full[axis] };
    let count: usize = (0..MAX_AXES).map(repeats).product();
    for (k, slot) in dx.iter_mut().enumerate() {
        let (mut rest, mut base) = (k, 0);
        for axis in (0..MAX_AXES).rev() {
            base += rest % small[axis] * full_strides[axis];
            rest /= small[axis];
        }
        let sum = reduce::sum_indexed(count, |j| {
            let (mut rest, mut at) = (j, base);
            for axis in (0..MAX_AXES).rev() {
                at += rest % repeats(axis) * full_strides[axis];
                rest /= repeats(axis);
            }
            term(at)
        });
        write.to(slot, sum);
    }
}
