//! Products that have no terms.

use crate::Real;
use crate::backend::Product;
use crate::scratch::{Scratch, Slot};

impl<T: Real> Product<'_, T> {
    /// Whether there is nothing to multiply: no element in C, or none in each chain.
    pub(super) fn has_no_terms(&self) -> bool {
        self.a.cols == 0 || self.c.is_empty()
    }

    /// Gives all elements the chain of no terms, +0.
    pub(super) fn without_terms(self) {
        let cols = self.b.cols.max(1);
        let mut chain = Scratch::<T>::take(Slot::Product, cols);
        chain.fill(T::ZERO);
        for (row, out) in self.c.chunks_exact_mut(cols).enumerate() {
            self.epilogue.finish(&chain, out, row, 0, cols);
        }
    }
}
