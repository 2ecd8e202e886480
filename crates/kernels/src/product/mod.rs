//! Matrix products with an epilogue: what `linear` and `matmul` are made of.

mod dense;
mod density;
mod double;
mod epilogue;
mod live;
mod pack;
mod part;
#[cfg(test)]
mod paths;
mod single;
mod skipping;

pub(crate) use epilogue::{Epilogue, Offset};

use crate::scratch::{Plain, Scratch, Slot};
use crate::{Matrix, Real};

/// `c = epilogue(a b)`, with `c` contiguous, row-major. Shapes have been checked.
pub struct Product<'a, T> {
    pub(crate) a: Matrix<'a, T>,
    pub(crate) b: Matrix<'a, T>,
    pub(crate) c: &'a mut [T],
    pub(crate) epilogue: Epilogue<'a, T>,
}

impl<T: Real> Product<'_, T> {
    /// Whether there is nothing to multiply: no element in C, or none in each chain.
    fn has_no_terms(&self) -> bool {
        self.a.cols == 0 || self.c.is_empty()
    }

    /// Gives all elements the chain of no terms, +0.
    fn without_terms(self) {
        let cols = self.b.cols.max(1);
        let mut chain = Scratch::<T>::take(Slot::Product, cols);
        chain.fill(T::ZERO);
        for (row, out) in self.c.chunks_exact_mut(cols).enumerate() {
            self.epilogue.finish(&chain, out, row, 0, cols);
        }
    }
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
