//! General matrix products, one or many of the same size.

pub use crate::Matrix;
use crate::backend::{Epilogue, Product};
pub use crate::product::Adjoint;
use crate::product::product_of_adjoint;
use crate::tasks::{self, Shared};
use crate::{Real, Write};

/// Multiply-adds from which on a product of many is worth being shared by threads.
const LARGE: usize = 1 << 22;

/// `c = a b`, or `c + a b`. `c` is `[a.rows, b.cols]`, contiguous rows; `a` and `b` may have any
/// strides, so transposes cost no copy.
///
/// In `f32` each element is the canonical chain (see the crate's page).
///
/// # Panics
/// If shapes do not fit.
pub fn matmul<T: Real>(write: Write, c: &mut [T], a: Matrix<T>, b: Matrix<T>) {
    check(c.len(), &a, &b);
    T::product(Product { a, b, c, epilogue: Epilogue::new(write) });
}

/// As [`matmul`], where one operand is an adjoint: where that is 0, the term is left out, even if
/// the other factor is not finite.
///
/// # Panics
/// If shapes do not fit.
pub fn matmul_of_adjoint<T: Real>(
    write: Write,
    c: &mut [T],
    a: Matrix<T>,
    b: Matrix<T>,
    adjoint: Adjoint,
) {
    check(c.len(), &a, &b);
    product_of_adjoint(Product { a, b, c, epilogue: Epilogue::new(write) }, adjoint);
}

/// `items` products `c = a b`: `a(i)` and `b(i)` are the operands of item `i`, all of one size, and
/// its result is the `i`-th part of `c`. With an `adjoint`, as [`matmul_of_adjoint`].
///
/// # Panics
/// If shapes do not fit.
pub fn batched<'a, T: Real>(
    write: Write,
    c: &mut [T],
    items: usize,
    a: impl Fn(usize) -> Matrix<'a, T> + Sync,
    b: impl Fn(usize) -> Matrix<'a, T> + Sync,
    adjoint: Option<Adjoint>,
) {
    if c.is_empty() {
        return;
    }
    assert!(
        items > 0 && c.len().is_multiple_of(items),
        "matmul::batched: {} elements of c are not {items} equal parts",
        c.len()
    );
    let len = c.len() / items;
    let product = |i: usize, c: &mut [T]| match adjoint {
        None => matmul(write, c, a(i), b(i)),
        Some(adjoint) => matmul_of_adjoint(write, c, a(i), b(i), adjoint),
    };
    if len * a(0).cols >= LARGE {
        return c.chunks_exact_mut(len).enumerate().for_each(|(i, c)| product(i, c));
    }
    let out = Shared::new(c);
    tasks::for_each(items, |i| {
        // SAFETY: each task takes an item of its own.
        let c = unsafe { out.part(i * len..(i + 1) * len) };
        tasks::alone(|| product(i, c));
    });
}

#[track_caller]
fn check<T>(c: usize, a: &Matrix<T>, b: &Matrix<T>) {
    assert_eq!(a.cols, b.rows, "matmul: a has {} columns, b {} rows", a.cols, b.rows);
    assert_eq!(
        c,
        a.rows * b.cols,
        "matmul: c should be [{}, {}], it has {c} elements",
        a.rows,
        b.cols
    );
    a.check();
    b.check();
}
