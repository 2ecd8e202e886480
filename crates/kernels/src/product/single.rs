//! Products of `f32`: the choice of a path. All paths give the same bits.

use super::{Product, density, skipping};

pub(super) fn product(product: Product<f32>) {
    let Product { a, b, c, epilogue } = product;
    if a.rows == 0 || b.cols == 0 {
        return;
    }
    // The list operand is the one whose zeros are skipped.
    if density::estimate(&b) < density::estimate(&a) {
        skipping::product(b.transposed(), a.transposed(), c, true, epilogue);
    } else {
        skipping::product(a, b, c, false, epilogue);
    }
}
