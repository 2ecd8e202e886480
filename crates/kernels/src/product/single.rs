//! Products of `f32`: the choice of a path. All paths give the same bits.

use super::part::{Axis, Out, Part};
use super::{dense, density, live::Live, skipping};
use crate::backend::Product;
use crate::tasks::Shared;

/// Zeros are skipped when fewer than this share of the factors is not zero: skipping is slower
/// for each factor that is left.
const SPARSE: f64 = 0.7;
/// With fewer columns than this to share the finding of a non-zero, the share must be lower.
const WIDE: usize = 128;

/// A product that has terms, each chain of them in one piece.
pub(super) fn product(product: Product<f32>) {
    let live = Live::of(&product.a, &product.b, &product.epilogue);
    multiply_live(product, live.as_ref());
}

/// The product without what is not live.
pub(super) fn multiply_live(product: Product<f32>, live: Option<&Live>) {
    let (m, k, n) = (product.a.rows, product.a.cols, product.b.cols);
    let (rows, depth, cols) = match live {
        Some(live) => live.axes(),
        None => (Axis::all(m), Axis::all(k), Axis::all(n)),
    };
    if rows.len() * depth.len() * cols.len() == 0 {
        return product.without_terms();
    }
    let Product { a, b, c, epilogue } = product;
    let a = Part { matrix: a, rows, cols: depth };
    let b = Part { matrix: b, rows: depth, cols };
    multiply(a, b, &Out { c: Shared::new(c), rows, cols, epilogue });
}

/// The product of operands with whatever zeros they have.
fn multiply(a: Part, b: Part, out: &Out) {
    let cost_a = density::estimate(&a) / share(b.cols.len());
    let cost_b = density::estimate(&b) / share(a.rows.len());
    if cost_a.min(cost_b) > SPARSE {
        dense::product(a, b, out);
    } else if cost_a <= cost_b {
        skipping::product(a, b, out, false);
    } else {
        skipping::product(b.transposed(), a.transposed(), out, true);
    }
}

fn share(columns: usize) -> f64 {
    (columns as f64 / WIDE as f64).min(1.0)
}
