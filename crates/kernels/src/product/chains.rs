//! Products of `f32`, in chains of a bounded length: a longer one would lose digits, as its sum
//! grows while its terms do not.

use std::ops::Range;

use super::single;
use crate::backend::{Backend, Epilogue, Product};
use crate::isa::Kernel;
use crate::reduce::CHAIN;
use crate::scratch::{Scratch, Slot};
use crate::tasks::{self, Shared, piece};
use crate::vector::Vector;
use crate::{Isa, Matrix, Write};

/// Elements of C that a task finishes.
const ELEMENTS: usize = 16 * 1024;

impl Backend for f32 {
    fn product(product: Product<f32>) {
        if product.has_no_terms() {
            return product.without_terms();
        }
        match product.a.cols <= CHAIN {
            true => single::product(product),
            false => in_pieces(product),
        }
    }
}

fn in_pieces(product: Product<f32>) {
    let Product { a, b, c, epilogue } = product;
    let (depth, cols) = (a.cols, b.cols);
    let mut sums = Scratch::<f32>::take(Slot::Pieces, c.len());
    for number in 0..depth.div_ceil(CHAIN) {
        let steps = piece(number, CHAIN, depth);
        let write = if number == 0 { Write::Store } else { Write::Add };
        single::product(Product {
            a: columns(&a, steps.clone()),
            b: columns(&b.transposed(), steps).transposed(),
            c: &mut sums,
            epilogue: Epilogue::new(write),
        });
    }
    let isa = Isa::current();
    let (rows, rows_a_task) = (a.rows, (ELEMENTS / cols).max(1));
    let out = Shared::new(c);
    tasks::for_each(rows.div_ceil(rows_a_task), |task| {
        for row in piece(task, rows_a_task, rows) {
            let range = row * cols..(row + 1) * cols;
            // SAFETY: different tasks take different rows.
            let out = unsafe { out.part(range.clone()) };
            isa.dispatch(Finish { sums: &sums[range], out, row, epilogue });
        }
    });
}

struct Finish<'a> {
    sums: &'a [f32],
    out: &'a mut [f32],
    row: usize,
    epilogue: Epilogue<'a, f32>,
}

impl Kernel for Finish<'_> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let cols = self.sums.len();
        self.epilogue.finish(self.sums, self.out, self.row, 0, cols);
    }
}

/// Some columns of a matrix that has as many rows and columns as are asked for.
fn columns<'a>(matrix: &Matrix<'a, f32>, range: Range<usize>) -> Matrix<'a, f32> {
    let data = &matrix.data[range.start * matrix.col_stride..];
    Matrix { data, cols: range.len(), ..*matrix }
}
