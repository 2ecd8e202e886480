//! Matrix products with an epilogue: what `linear` and `matmul` are made of.

mod dense;
mod density;
mod double;
mod epilogue;
mod pack;
mod single;
mod skipping;

pub(crate) use epilogue::{Epilogue, Offset};

use crate::Matrix;
use crate::scratch::Plain;

/// `c = epilogue(a b)`, with `c` contiguous, row-major. Shapes have been checked.
pub struct Product<'a, T> {
    pub(crate) a: Matrix<'a, T>,
    pub(crate) b: Matrix<'a, T>,
    pub(crate) c: &'a mut [T],
    pub(crate) epilogue: Epilogue<'a, T>,
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

impl Backend for f32 {
    fn product(product: Product<f32>) {
        single::product(product);
    }
}

impl Backend for f64 {
    fn product(product: Product<f64>) {
        double::product(product);
    }
}
