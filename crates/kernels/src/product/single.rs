//! Products of `f32`: the choice of a path. All paths give the same bits.

use super::{Product, dense, density, skipping};

/// Zeros are skipped when an operand has fewer non-zeros than this.
const SPARSE: f64 = 0.7;

pub(super) fn product(product: Product<f32>) {
    if product.has_no_terms() {
        return product.without_terms();
    }
    let Product { a, b, c, epilogue } = product;
    let density_a = density::estimate(&a);
    let density_b = density::estimate(&b);
    if density_a.min(density_b) > SPARSE {
        dense::product(a, b, c, epilogue);
    } else if density_a <= density_b {
        skipping::product(a, b, c, false, epilogue);
    } else {
        skipping::product(b.transposed(), a.transposed(), c, true, epilogue);
    }
}
