//! Products of `f32`: the choice of a path. All paths give the same bits.

use super::{Epilogue, Product, dense, density, live::Live, skipping};
use crate::Matrix;

/// Zeros are skipped when fewer than this share of the factors is not zero: skipping is slower
/// for each factor that is left.
const SPARSE: f64 = 0.7;
/// With fewer columns than this to share the finding of a non-zero, the share must be lower.
const WIDE: usize = 128;

pub(super) fn product(product: Product<f32>) {
    if product.has_no_terms() {
        return product.without_terms();
    }
    let Product { a, b, c, epilogue } = product;
    match Live::of(&a, &b, &epilogue) {
        Some(live) => live.product(a, b, c, epilogue, multiply),
        None => multiply(a, b, c, epilogue),
    }
}

/// The product of operands with whatever zeros they have.
fn multiply(a: Matrix<f32>, b: Matrix<f32>, c: &mut [f32], epilogue: Epilogue<f32>) {
    let cost_a = density::estimate(&a) / share(b.cols);
    let cost_b = density::estimate(&b) / share(a.rows);
    if cost_a.min(cost_b) > SPARSE {
        dense::product(a, b, c, epilogue);
    } else if cost_a <= cost_b {
        skipping::product(a, b, c, false, epilogue);
    } else {
        skipping::product(b.transposed(), a.transposed(), c, true, epilogue);
    }
}

fn share(columns: usize) -> f64 {
    (columns as f64 / WIDE as f64).min(1.0)
}
