//! The general matrix product.

pub use crate::Matrix;
use crate::backend::{Epilogue, Product};
use crate::{Real, Write};

/// `c = a b`, or `c + a b`. `c` is `[a.rows, b.cols]`, contiguous rows; `a` and `b` may have any
/// strides, so transposes cost no copy.
///
/// In `f32` each element is the canonical chain (see the crate's page).
///
/// # Panics
/// If shapes do not fit.
pub fn matmul<T: Real>(write: Write, c: &mut [T], a: Matrix<T>, b: Matrix<T>) {
    assert_eq!(a.cols, b.rows, "matmul: a has {} columns, b {} rows", a.cols, b.rows);
    assert_eq!(
        c.len(),
        a.rows * b.cols,
        "matmul: c should be [{}, {}], it has {} elements",
        a.rows,
        b.cols,
        c.len()
    );
    a.check();
    b.check();
    T::product(Product { a, b, c, epilogue: Epilogue::new(write) });
}
