//! Sums: the documented order, and closeness to `f64`.

use gradroute_kernels::random::Stream;
use gradroute_kernels::{Write, reduce};
use proptest::prelude::*;

use crate::inputs::{assert_same_bits, cases, on_each_isa, values};

/// The documented order, written plainly.
fn canonical(values: &[f32]) -> f32 {
    let mut total = 0.0;
    for chunk in values.chunks(16 * 1024) {
        let mut lanes = [0.0; 32];
        for (index, value) in chunk.iter().enumerate() {
            lanes[index % 32] += value;
        }
        for width in [16, 8, 4, 2, 1] {
            for lane in 0..width {
                lanes[lane] += lanes[lane + width];
            }
        }
        total += lanes[0];
    }
    total
}

fn check(len: usize, seed: u64) {
    let stream = &mut Stream::new(seed, "sums", 0);
    let [a, b, c] = [0; 3].map(|_| values(stream, len, 0.9));
    let map = |f: &dyn Fn(usize) -> f32| (0..len).map(f).collect::<Vec<f32>>();
    on_each_isa(|isa| {
        let what = &format!("{len} elements on {isa}");
        let same = |found, expected| assert_same_bits(&[found], &[expected], what);
        same(reduce::sum1(&a, |a| a), canonical(&a));
        same(reduce::sum2(&a, &b, |a, b| a * b), canonical(&map(&|i| a[i] * b[i])));
        let products = map(&|i| a[i] * b[i] - c[i]);
        same(reduce::sum3(&a, &b, &c, |a, b, c| a * b - c), canonical(&products));
        same(reduce::sum_indexed(len, |i| a[i] * b[i] - c[i]), canonical(&products));
    });
    let exact: f64 = a.iter().map(|&a| f64::from(a)).sum();
    let tolerance = 1e-6 * (len as f64 + 1.0);
    assert!((f64::from(reduce::sum1(&a, |a| a)) - exact).abs() < tolerance);
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn sums_have_the_canonical_order(len in 0usize..300, seed: u64) {
        check(len, seed);
    }

    #[test]
    fn row_sums_are_sums_of_rows(rows in 0usize..9, cols in 0usize..100, add: bool, seed: u64) {
        let stream = &mut Stream::new(seed, "rows", 0);
        let [a, b] = [0; 2].map(|_| values(stream, rows * cols, 0.9));
        let (write, before) = if add { (Write::Add, 1.5) } else { (Write::Store, -0.0) };
        on_each_isa(|isa| {
            let mut out = vec![before; rows];
            reduce::row_sums2(write, &mut out, cols, &a, &b, |a, b| (a - b).abs());
            let expected: Vec<f32> = (0..rows)
                .map(|row| {
                    let row = row * cols..(row + 1) * cols;
                    before + reduce::sum2(&a[row.clone()], &b[row], |a, b| (a - b).abs())
                })
                .collect();
            assert_same_bits(&out, &expected, &format!("row sums on {isa}"));
        });
    }

    #[test]
    fn axis_sums_run_up_the_axis(
        outer in 0usize..4, n in 0usize..40, inner in 0usize..300, add: bool, seed: u64,
    ) {
        let a = values(&mut Stream::new(seed, "axis", 0), outer * n * inner, 0.9);
        let (write, before) = if add { (Write::Add, 1.5) } else { (Write::Store, -0.0) };
        let mut expected = Vec::new();
        for first in 0..outer {
            for column in 0..inner {
                let terms = (0..n).map(|k| a[(first * n + k) * inner + column] * 2.0);
                let sum = if inner == 1 {
                    canonical(&terms.collect::<Vec<_>>())
                } else {
                    terms.fold(0.0, |sum, term| sum + term)
                };
                expected.push(before + sum);
            }
        }
        on_each_isa(|isa| {
            let mut out = vec![before; outer * inner];
            reduce::axis_sums(write, &mut out, outer, n, inner, &a, |a| a * 2.0);
            assert_same_bits(&out, &expected, &format!("axis sums on {isa}"));
        });
    }
}

#[test]
fn sums_over_several_chunks_have_the_canonical_order() {
    for len in [16 * 1024, 16 * 1024 + 1, 100_003, 65 * 16 * 1024 + 7] {
        check(len, len as u64);
    }
}

#[test]
fn rows_longer_than_a_chunk_are_summed_like_any_slice() {
    let a = values(&mut Stream::new(0, "long", 0), 2 * 40_000, 1.0);
    let mut out = [0.0; 2];
    reduce::axis_sums(Write::Store, &mut out, 2, 40_000, 1, &a, |a| a);
    assert_same_bits(&out, &[canonical(&a[..40_000]), canonical(&a[40_000..])], "long rows");
}

#[test]
fn an_empty_sum_is_zero() {
    assert_same_bits(&[reduce::sum1(&[], |a: f32| a)], &[0.0], "empty sum");
}
