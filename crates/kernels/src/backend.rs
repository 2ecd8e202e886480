//! What a product is. Nothing here needs [`Real`](crate::Real), which is built on [`Backend`].

use std::sync::atomic::AtomicBool;

use crate::scratch::Plain;
use crate::{Matrix, Write};

/// `c = epilogue(a b)`, with `c` contiguous, row-major. Shapes have been checked.
pub struct Product<'a, T> {
    pub(crate) a: Matrix<'a, T>,
    pub(crate) b: Matrix<'a, T>,
    pub(crate) c: &'a mut [T],
    pub(crate) epilogue: Epilogue<'a, T>,
}

/// Added to each element of the product.
#[derive(Clone, Copy)]
pub(crate) enum Offset<'a, T> {
    None,
    /// One value for each row of C.
    Rows(&'a [T]),
    /// One value for each column of C.
    Columns(&'a [T]),
}

/// `v = act(fma(factor, chain, offset + 0.0))`, written by `write`; `v` is +0 where `active` is 0
/// or less (NaN is active).
///
/// Adding +0.0 to the offset makes an offset of -0 into +0; then the result does not depend on
/// the sign of a chain that is zero, which skipping zero factors may change.
#[derive(Clone, Copy)]
pub(crate) struct Epilogue<'a, T> {
    pub write: Write,
    pub factor: T,
    pub offset: Offset<'a, T>,
    pub relu: bool,
    /// Of C's shape.
    pub active: Option<&'a [T]>,
    /// Set if a value that is written is NaN or infinite.
    pub not_finite: Option<&'a AtomicBool>,
}

/// The part of [`Real`](crate::Real) that differs by type; outside the crate it has no name, so
/// nothing else can implement `Real`.
#[expect(private_bounds, reason = "the trait is sealed")]
pub trait Backend: Plain {
    #[doc(hidden)]
    fn product(product: Product<Self>)
    where
        Self: Sized;
}
