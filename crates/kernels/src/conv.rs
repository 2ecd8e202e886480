//! Two-dimensional convolution, as products of the weight with *columns*: for each sample a matrix
//! that holds, for every place of the kernel, the part of the image below it.

mod columns;
mod shape;

pub use shape::ConvShape;

use crate::backend::{Epilogue, Offset, Product};
use crate::product::{Adjoint, product_of_adjoint};
use crate::scratch::{Scratch, Slot};
use crate::tasks::{self, Shared, piece};
use crate::{Matrix, Real, Write, reduce, rows};

/// Multiply-adds of a sample from which on its product is worth being shared by threads.
const LARGE: usize = 1 << 24;
/// Parts of a batch whose shares in the weight's gradient are added up in order.
const PARTS: usize = 16;

/// `y[n, o, p, q] = bias[o] + Σ_{c, i, j} weight[o, c, i, j] * x[n, c, p s + i - pad, q s + j - pad]`
/// with stride s, and x 0 outside of the image. `x` is `[n, c, h, w]`, `weight` `[o, c, kh, kw]`, `y`
/// `[n, o, rows, cols]`.
///
/// Canonically the chain of a product (see the crate's page), up c, then i, then j.
///
/// # Panics
/// If lengths do not fit.
pub fn forward<T: Real>(y: &mut [T], x: &[T], weight: &[T], bias: Option<&[T]>, shape: ConvShape) {
    shape.check("forward", [y.len(), x.len(), weight.len()], bias.map_or(shape.o, <[T]>::len));
    let (places, depth) = (shape.places(), shape.depth());
    each_sample(y, shape.o * places, shape, |n, y| {
        let mut cols = Scratch::<T>::take(Slot::Columns, depth * places);
        columns::gather(&mut cols, shape.sample(x, n), shape);
        T::product(Product {
            a: Matrix::row_major(weight, shape.o, depth),
            b: Matrix::row_major(&cols, depth, places),
            c: y,
            epilogue: Epilogue {
                offset: bias.map_or(Offset::None, Offset::Rows),
                ..Epilogue::new(Write::Store)
            },
        });
    });
}

/// The gradient of [`forward`] by `x`, or adds it. Canonically, for each element of x the sum, up i
/// and j from +0, of the chains up o of `weight[o, c, i, j] * dy[n, o, p, q]`. A `dy` of 0 leaves its
/// term out, even if the weight is not finite.
///
/// # Panics
/// If lengths do not fit.
pub fn backward_input<T: Real>(
    write: Write,
    dx: &mut [T],
    dy: &[T],
    weight: &[T],
    shape: ConvShape,
) {
    shape.check("backward_input", [dy.len(), dx.len(), weight.len()], shape.o);
    let (places, depth) = (shape.places(), shape.depth());
    each_sample(dx, shape.image(), shape, |n, dx| {
        let mut cols = Scratch::<T>::take(Slot::Columns, depth * places);
        let dy = &dy[n * shape.o * places..][..shape.o * places];
        let weight = Matrix::row_major(weight, shape.o, depth).transposed();
        let dy = Matrix::row_major(dy, shape.o, places);
        let epilogue = Epilogue::new(Write::Store);
        product_of_adjoint(Product { a: weight, b: dy, c: &mut cols, epilogue }, Adjoint::B);
        let mut image = Scratch::<T>::take(Slot::Image, shape.image());
        columns::scatter(&mut image, &cols, shape);
        dx.iter_mut().zip(&*image).for_each(|(dx, &v)| write.to(dx, v));
    });
}

/// The gradient of [`forward`] by the weight, or adds it. Canonically, a sample's share is the chain
/// up its places; the batch is cut into 16 parts, within which, and then over which, shares are
/// added up in order. A `dy` of 0 leaves its term out, even if the sample's `x` is not finite.
///
/// # Panics
/// If lengths do not fit.
pub fn backward_weight<T: Real>(
    write: Write,
    dweight: &mut [T],
    dy: &[T],
    x: &[T],
    shape: ConvShape,
) {
    shape.check("backward_weight", [dy.len(), x.len(), dweight.len()], shape.o);
    let (places, depth, len) = (shape.places(), shape.depth(), shape.o * shape.depth());
    let part = shape.n.div_ceil(PARTS).max(1);
    let parts = shape.n.div_ceil(part);
    let mut sums = Scratch::<T>::take(Slot::Partial, parts * len);
    let out = Shared::new(&mut sums);
    let of_part = |number: usize| {
        // SAFETY: each task takes a part of its own.
        let sums = unsafe { out.part(number * len..(number + 1) * len) };
        for (at, n) in piece(number, part, shape.n).enumerate() {
            let mut cols = Scratch::<T>::take(Slot::Columns, depth * places);
            columns::gather(&mut cols, shape.sample(x, n), shape);
            let dy = &dy[n * shape.o * places..][..shape.o * places];
            let dy = Matrix::row_major(dy, shape.o, places);
            let cols = Matrix::row_major(&cols, depth, places).transposed();
            let epilogue = Epilogue::new(if at == 0 { Write::Store } else { Write::Add });
            product_of_adjoint(Product { a: dy, b: cols, c: sums, epilogue }, Adjoint::A);
        }
    };
    match len * places >= LARGE {
        true => (0..parts).for_each(of_part),
        false => tasks::for_each(parts, |number| tasks::alone(|| of_part(number))),
    }
    // Not axis_sums, whose order is another one for a weight of one element.
    rows::for_each_of(dweight, 1, parts, |i, slot| {
        let total = (0..parts).fold(T::ZERO, |total, part| total + sums[part * len + i]);
        write.to(&mut slot[0], total);
    });
}

/// The gradient of [`forward`] by the bias, or adds it: the sum of `dy` over each sample's places, in
/// the order of [`reduce::sum1`], and of these over the samples, in that of [`reduce::axis_sums`].
///
/// # Panics
/// If lengths do not fit.
pub fn backward_bias<T: Real>(write: Write, dbias: &mut [T], dy: &[T], shape: ConvShape) {
    let (n, o, places) = (shape.n, shape.o, shape.places());
    assert!(
        dbias.len() == o && dy.len() == n * o * places,
        "conv::backward_bias: for {shape:?}, dbias has {} elements, dy {}",
        dbias.len(),
        dy.len()
    );
    let mut sums = Scratch::<T>::take(Slot::Partial, n * o);
    reduce::axis_sums(Write::Store, &mut sums, n * o, places, 1, dy, |dy| dy);
    reduce::axis_sums(write, dbias, 1, n, o, &sums, |sum| sum);
}

/// Calls `f(n, part)` for the part of `out`, of `len` elements, of each sample.
fn each_sample<T: Real>(
    out: &mut [T],
    len: usize,
    shape: ConvShape,
    f: impl Fn(usize, &mut [T]) + Sync,
) {
    if len == 0 {
        return;
    }
    let work = shape.o * shape.depth() * shape.places();
    if work >= LARGE {
        return out.chunks_exact_mut(len).enumerate().for_each(|(n, out)| f(n, out));
    }
    rows::for_each_of(out, len, work, |n, out| tasks::alone(|| f(n, out)));
}
