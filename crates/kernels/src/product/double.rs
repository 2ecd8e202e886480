//! Products of `f64`, which serve for checking: matrixmultiply, on one thread. Its bits may
//! depend on the processor.

use crate::backend::{Backend, Product};
use crate::scratch::{Scratch, Slot};

impl Backend for f64 {
    fn product(product: Product<f64>) {
        if product.has_no_terms() {
            return product.without_terms();
        }
        let Product { a, b, c, epilogue } = product;
        let (m, k, n) = (a.rows, a.cols, b.cols);
        let mut chains = Scratch::<f64>::take(Slot::Product, m * n);
        // SAFETY: `Matrix::check` has found the last elements of `a` and `b` inside their
        // slices, `chains` holds m * n elements in rows of n and overlaps neither, and strides
        // of slices fit an isize.
        unsafe {
            matrixmultiply::dgemm(
                m,
                k,
                n,
                1.0,
                a.data.as_ptr(),
                a.row_stride as isize,
                a.col_stride as isize,
                b.data.as_ptr(),
                b.row_stride as isize,
                b.col_stride as isize,
                0.0,
                chains.as_mut_ptr(),
                n as isize,
                1,
            );
        }
        let rows = chains.chunks_exact(n).zip(c.chunks_exact_mut(n));
        for (row, (chains, out)) in rows.enumerate() {
            epilogue.finish(chains, out, row, 0, n);
        }
    }
}
