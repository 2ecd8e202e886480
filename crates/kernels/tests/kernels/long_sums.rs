//! Sums of many terms: the documented order, and how near they come to f64.

use gradroute_kernels::matmul::matmul;
use gradroute_kernels::random::Stream;
use gradroute_kernels::{Matrix, Write, embedding, reduce};

use crate::inputs::{assert_same_bits, chain, on_each_isa, values};

/// The most terms of one chain.
const CHAIN: usize = 4096;

#[test]
fn a_long_chain_of_a_product_is_cut_into_pieces_that_are_added_up() {
    let stream = &mut Stream::new(0, "long", 0);
    for depth in [CHAIN, CHAIN + 1, 2 * CHAIN, 3 * CHAIN + 77] {
        let (a, b) = (values(stream, 3 * depth, 0.5), values(stream, depth * 5, 0.9));
        let mut expected = Vec::new();
        for (row, col) in (0..3).flat_map(|row| (0..5).map(move |col| (row, col))) {
            let pieces = (0..depth.div_ceil(CHAIN)).map(|piece| {
                let first = piece * CHAIN;
                0.0 + chain(CHAIN.min(depth - first), |k| {
                    (a[row * depth + first + k], b[(first + k) * 5 + col])
                })
            });
            expected.push(pieces.reduce(|sum, piece| sum + piece).unwrap());
        }
        on_each_isa(|isa| {
            let mut c = vec![f32::NAN; 15];
            let (a, b) = (Matrix::row_major(&a, 3, depth), Matrix::row_major(&b, depth, 5));
            matmul(Write::Store, &mut c, a, b);
            assert_same_bits(&c, &expected, &format!("{depth} terms on {isa}"));
        });
    }
}

/// Relative errors of the sums of `terms` numbers: by [`reduce::sum1`], along an axis, in a product,
/// and at one entry of a table.
fn errors(terms: &[f32]) -> [f64; 4] {
    let exact: f64 = terms.iter().map(|&v| f64::from(v)).sum();
    let two = |v: &[f32]| v.iter().flat_map(|&v| [v, -v]).collect::<Vec<f32>>();
    let mut along = [0.0; 2];
    reduce::axis_sums(Write::Store, &mut along, 1, terms.len(), 2, &two(terms), |v| v);
    let (mut product, ones) = ([0.0], vec![1.0; terms.len()]);
    let row = Matrix::row_major(terms, 1, terms.len());
    matmul(Write::Store, &mut product, row, Matrix::row_major(&ones, terms.len(), 1));
    let mut entry = [0.0];
    embedding::scatter(Write::Store, &mut entry, terms, &vec![0.0; terms.len()], 1);
    assert_eq!(along[0], -along[1]);
    [reduce::sum1(terms, |v| v), along[0], product[0], entry[0]]
        .map(|sum| (f64::from(sum) / exact - 1.0).abs())
}

#[test]
fn sums_of_up_to_16_million_terms_keep_four_digits() {
    println!("relative errors: sum, along an axis, product, embedding");
    for power in (10..=24).step_by(2) {
        let mut stream = Stream::new(0, "terms", power);
        let random: Vec<f32> = (0..1 << power).map(|_| stream.uniform() as f32).collect();
        for (name, terms) in [("0.1", vec![0.1; 1 << power]), ("uniform", random)] {
            let errors = errors(&terms);
            println!("2^{power} of {name}: {}", errors.map(|e| format!("{e:.1e}")).join(", "));
            assert!(errors.iter().all(|&error| error < 1e-4), "2^{power} of {name}: {errors:?}");
        }
    }
}

#[test]
fn twenty_million_ones_are_twenty_million() {
    let ones = vec![1.0f32; 40_000_000];
    let mut sums = [0.0; 2];
    reduce::axis_sums(Write::Store, &mut sums, 1, 20_000_000, 2, &ones, |v| v);
    assert_eq!(sums, [20_000_000.0; 2]);
}
