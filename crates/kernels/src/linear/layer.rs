//! The layer's forward, and the gradients of its input, weight and bias.

use super::shape::{Affine, LinearShape, check};
use crate::backend::{Epilogue, Offset, Product};
use crate::product::{Adjoint, product_of_adjoint};
use crate::scratch::{Scratch, Slot};
use crate::{Matrix, Real, Write, reduce};

/// `y = act(factor * (x wᵀ) + (bias + shift * rowsum(w)))`, with `act` ReLU if `relu`.
///
/// Canonically: `act(fma(factor, chain, c))` with `c = fma(shift, rowsum(w), bias) + 0.0`; without
/// shift `c` is `bias + 0.0`. Row sums have the order of [`reduce::sum1`].
///
/// # Panics
/// If lengths do not fit `shape`.
pub fn forward<T: Real>(
    y: &mut [T],
    x: &[T],
    w: &[T],
    bias: Option<&[T]>,
    shape: LinearShape,
    affine: Affine<T>,
    relu: bool,
) {
    let LinearShape { n, i, o } = shape;
    check("forward", shape, &[("y", y.len(), n * o), ("x", x.len(), n * i), ("w", w.len(), o * i)]);
    if let Some(bias) = bias {
        check("forward", shape, &[("bias", bias.len(), o)]);
    }
    let mut offsets = Scratch::take(Slot::Offsets, if affine.shift == T::ZERO { 0 } else { o });
    let offset = if affine.shift == T::ZERO {
        bias.map_or(Offset::None, Offset::Columns)
    } else {
        reduce::axis_sums(Write::Store, &mut offsets, o, i, 1, w, |w| w);
        for (j, offset) in offsets.iter_mut().enumerate() {
            *offset = affine.shift.mul_add(*offset, bias.map_or(T::ZERO, |bias| bias[j]));
        }
        Offset::Columns(&offsets)
    };
    T::product(Product {
        a: Matrix::row_major(x, n, i),
        b: Matrix::row_major(w, o, i).transposed(),
        c: y,
        epilogue: Epilogue { factor: affine.factor, offset, relu, ..Epilogue::new(Write::Store) },
    });
}

/// `dx = factor * (dy w)`, and where `active` is given +0 at elements with `active <= 0`: NaN is
/// active. `dx` and `active` are `[n, i]`.
///
/// `active` is the layer's input when that came out of a ReLU: its gradient is wanted only where
/// it is not zero. `affine.shift` has no part in this gradient. A `dy` of 0 leaves its term out,
/// even if the weight is not finite.
///
/// # Panics
/// If lengths do not fit `shape`.
pub fn backward_input<T: Real>(
    write: Write,
    dx: &mut [T],
    dy: &[T],
    w: &[T],
    shape: LinearShape,
    affine: Affine<T>,
    active: Option<&[T]>,
) {
    let LinearShape { n, i, o } = shape;
    check(
        "backward_input",
        shape,
        &[("dx", dx.len(), n * i), ("dy", dy.len(), n * o), ("w", w.len(), o * i)],
    );
    if let Some(active) = active {
        check("backward_input", shape, &[("active", active.len(), n * i)]);
    }
    let epilogue = Epilogue { factor: affine.factor, active, ..Epilogue::new(write) };
    let (a, b) = (Matrix::row_major(dy, n, o), Matrix::row_major(w, o, i));
    product_of_adjoint(Product { a, b, c: dx, epilogue }, Adjoint::A);
}

/// `dw = factor * dyᵀ x + shift * colsum(dy) ⊗ 1`. `dw` is `[o, i]`.
///
/// Canonically: `fma(factor, chain, shift * colsum(dy) + 0.0)`, the chain running up the samples,
/// the column sums in the order of [`reduce::axis_sums`]. A `dy` of 0 leaves its term out, even if
/// the sample's `x` is not finite.
///
/// # Panics
/// If lengths do not fit `shape`.
pub fn backward_weight<T: Real>(
    write: Write,
    dw: &mut [T],
    dy: &[T],
    x: &[T],
    shape: LinearShape,
    affine: Affine<T>,
) {
    let LinearShape { n, i, o } = shape;
    check(
        "backward_weight",
        shape,
        &[("dw", dw.len(), o * i), ("dy", dy.len(), n * o), ("x", x.len(), n * i)],
    );
    let mut offsets = Scratch::take(Slot::Offsets, if affine.shift == T::ZERO { 0 } else { o });
    let offset = if affine.shift == T::ZERO {
        Offset::None
    } else {
        reduce::axis_sums(Write::Store, &mut offsets, 1, n, o, dy, |dy| dy);
        offsets.iter_mut().for_each(|offset| *offset = affine.shift * *offset);
        Offset::Rows(&offsets)
    };
    let epilogue = Epilogue { factor: affine.factor, offset, ..Epilogue::new(write) };
    let (a, b) = (Matrix::row_major(dy, n, o).transposed(), Matrix::row_major(x, n, i));
    product_of_adjoint(Product { a, b, c: dw, epilogue }, Adjoint::A);
}

/// `db = colsum(dy)`, in the order of [`reduce::axis_sums`]. `db` is `[o]`.
///
/// # Panics
/// If lengths do not fit `shape`.
pub fn backward_bias<T: Real>(write: Write, db: &mut [T], dy: &[T], shape: LinearShape) {
    let LinearShape { n, o, .. } = shape;
    check("backward_bias", shape, &[("db", db.len(), o), ("dy", dy.len(), n * o)]);
    reduce::axis_sums(write, db, 1, n, o, dy, |dy| dy);
}
