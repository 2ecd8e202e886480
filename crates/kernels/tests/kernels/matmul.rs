//! The general product.

use gradroute_kernels::matmul::{Adjoint, batched, matmul, matmul_of_adjoint};
use gradroute_kernels::random::Stream;
use gradroute_kernels::{Matrix, Write};
use proptest::prelude::*;

use crate::inputs::{assert_same_bits, cases, chain, on_each_isa, values};

/// A view of `rows` by `cols` elements `spread` apart, its rows or its columns contiguous.
fn view(data: &[f32], rows: usize, cols: usize, spread: usize, by_column: bool) -> Matrix<'_, f32> {
    if by_column {
        Matrix::new(data, rows, cols, spread, rows * spread)
    } else {
        Matrix::new(data, rows, cols, cols * spread, spread)
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn matmul_is_the_canonical_chain_for_any_strides(
        m in 0usize..40, k in 0usize..150, n in 0usize..60,
        spread in 1usize..3, columns: (bool, bool), density in 0.0..1.2f64, seed: u64,
    ) {
        let stream = &mut Stream::new(seed, "matmul", 0);
        let a = values(stream, m * k * spread, density);
        let b = values(stream, k * n * spread, 0.9);
        let (a, b) = (view(&a, m, k, spread, columns.0), view(&b, k, n, spread, columns.1));
        let before = values(stream, m * n, 1.0);
        let mut product = Vec::new();
        for r in 0..m {
            for c in 0..n {
                product.push(0.0 + chain(k, |k| (
                    a.data[r * a.row_stride + k * a.col_stride],
                    b.data[k * b.row_stride + c * b.col_stride],
                )));
            }
        }
        let added: Vec<f32> = before.iter().zip(&product).map(|(a, b)| a + b).collect();
        on_each_isa(|isa| {
            let mut c = vec![f32::NAN; m * n];
            matmul(Write::Store, &mut c, a, b);
            assert_same_bits(&c, &product, &format!("stored on {isa}"));
            c.copy_from_slice(&before);
            matmul(Write::Add, &mut c, a, b);
            assert_same_bits(&c, &added, &format!("added on {isa}"));
        });
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn many_products_at_once_are_the_products_one_by_one(
        items in 0usize..9, m in 0usize..20, k in 0usize..40, n in 0usize..20, seed: u64,
    ) {
        let stream = &mut Stream::new(seed, "batched", 0);
        let (a, b) = (values(stream, items * m * k, 0.6), values(stream, items * k * n, 0.9));
        let before = values(stream, items * m * n, 1.0);
        let of_a = |i: usize| Matrix::row_major(&a[i * m * k..], m, k);
        let of_b = |i: usize| Matrix::row_major(&b[i * k * n..], k, n);
        on_each_isa(|isa| {
            for adjoint in [None, Some(Adjoint::A), Some(Adjoint::B)] {
                let (mut one_by_one, mut at_once) = (before.clone(), before.clone());
                for (i, c) in one_by_one.chunks_exact_mut((m * n).max(1)).enumerate() {
                    match adjoint {
                        None => matmul(Write::Add, c, of_a(i), of_b(i)),
                        Some(adjoint) => {
                            matmul_of_adjoint(Write::Add, c, of_a(i), of_b(i), adjoint);
                        }
                    }
                }
                batched(Write::Add, &mut at_once, items, of_a, of_b, adjoint);
                assert_same_bits(&at_once, &one_by_one, &format!("on {isa}"));
            }
        });
    }
}

#[test]
#[should_panic(expected = "needs more than 5 elements")]
fn a_view_beyond_its_data_is_refused() {
    Matrix::row_major(&[0f32; 5], 2, 3);
}

#[test]
#[should_panic(expected = "matmul: a has 3 columns, b 2 rows")]
fn inner_sizes_that_differ_are_refused() {
    let data = [0f32; 6];
    let a = Matrix::row_major(&data, 2, 3);
    matmul(Write::Store, &mut [0.0; 6], a, a);
}
