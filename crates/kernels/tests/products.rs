//! Products against a naive chain in the same order and against `f64`, on every instruction set.

use gradroute_kernels::linear::{self, Affine, LinearShape};
use gradroute_kernels::random::Stream;
use gradroute_kernels::{Isa, Matrix, Write, matmul::matmul};
use proptest::prelude::*;

/// Normal values, of which a share of about `density` is not zero.
fn values(stream: &mut Stream, len: usize, density: f64) -> Vec<f32> {
    (0..len)
        .map(|_| if stream.uniform() < density { stream.normal() as f32 } else { 0.0 })
        .collect()
}

/// One element's canonical chain.
fn chain(k: usize, factors: impl Fn(usize) -> (f32, f32)) -> f32 {
    (0..k).fold(0.0, |sum, k| {
        let (a, b) = factors(k);
        a.mul_add(b, sum)
    })
}

/// Equal bits, any NaN being equal to any other.
fn same(a: f32, b: f32) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

#[track_caller]
fn assert_same(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len());
    for (index, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            same(found, expected),
            "{what}: element {index} is {found:e}, expected {expected:e}"
        );
    }
}

fn check_linear(shape: LinearShape, x_density: f64, dy_density: f64, seed: u64) {
    let LinearShape { n, i, o } = shape;
    let stream = &mut Stream::new(seed, "linear", 0);
    let x = values(stream, n * i, x_density);
    let w = values(stream, o * i, 1.0);
    let bias = values(stream, o, 0.9);
    let dy = values(stream, n * o, dy_density);
    let before_w = values(stream, o * i, 1.0);
    let before_x = values(stream, n * i, 1.0);

    let mut y = vec![0.0; n * o];
    for s in 0..n {
        for j in 0..o {
            let sum = chain(i, |k| (x[s * i + k], w[j * i + k]));
            let v = 1f32.mul_add(sum, bias[j] + 0.0);
            y[s * o + j] = if v <= 0.0 { 0.0 } else { v };
        }
    }
    let mut dx = before_x.clone();
    for s in 0..n {
        for k in 0..i {
            let sum = chain(o, |j| (dy[s * o + j], w[j * i + k])) + 0.0;
            dx[s * i + k] += if x[s * i + k] > 0.0 { sum } else { 0.0 };
        }
    }
    let mut dw = before_w.clone();
    let mut dw_stored = before_w.clone();
    for j in 0..o {
        for k in 0..i {
            let sum = chain(n, |s| (dy[s * o + j], x[s * i + k])) + 0.0;
            dw[j * i + k] += sum;
            dw_stored[j * i + k] = sum;
        }
    }

    let identity = Affine::IDENTITY;
    for &isa in Isa::available() {
        isa.run(|| {
            let mut out = vec![f32::NAN; n * o];
            linear::forward(&mut out, &x, &w, Some(&bias), shape, identity, true);
            assert_same(&out, &y, &format!("forward {shape:?} on {isa}"));
            let mut out = before_x.clone();
            linear::backward_input(Write::Add, &mut out, &dy, &w, shape, identity, Some(&x));
            assert_same(&out, &dx, &format!("backward_input {shape:?} on {isa}"));
            let mut out = before_w.clone();
            linear::backward_weight(Write::Add, &mut out, &dy, &x, shape, identity);
            assert_same(&out, &dw, &format!("backward_weight {shape:?} on {isa}"));
            let mut out = vec![f32::NAN; o * i];
            linear::backward_weight(Write::Store, &mut out, &dy, &x, shape, identity);
            assert_same(&out, &dw_stored, &format!("backward_weight stored {shape:?} on {isa}"));
        });
    }
}

#[test]
fn linear_products_are_the_canonical_chain_at_sizes_around_tiles() {
    for (n, i, o) in [(1, 1, 1), (7, 65, 161), (70, 130, 33), (129, 64, 16), (33, 200, 320)] {
        for (x, dy) in [(1.0, 1.0), (0.2, 1.0), (1.0, 0.2), (0.5, 0.4)] {
            check_linear(LinearShape { n, i, o }, x, dy, 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]

    #[test]
    fn linear_products_are_the_canonical_chain(
        n in 0usize..80, i in 0usize..150, o in 0usize..100,
        x in 0.0..1.0f64, dy in 0.0..1.0f64, seed: u64,
    ) {
        check_linear(LinearShape { n, i, o }, x, dy, seed);
    }

    #[test]
    fn matmul_takes_any_strides(
        m in 0usize..40, k in 0usize..80, n in 0usize..40, flags in 0u8..8, seed: u64,
    ) {
        let stream = &mut Stream::new(seed, "matmul", 0);
        let spread = if flags & 4 == 0 { 1 } else { 2 };
        let a = values(stream, m * k * spread, 0.6);
        let b = values(stream, k * n * spread, 0.6);
        let view = |data, rows: usize, cols: usize, transposed| {
            if transposed {
                Matrix::new(data, rows, cols, spread, rows * spread)
            } else {
                Matrix::new(data, rows, cols, cols * spread, spread)
            }
        };
        let a = view(&a, m, k, flags & 1 != 0);
        let b = view(&b, k, n, flags & 2 != 0);
        let mut expected = vec![0.0; m * n];
        for r in 0..m {
            for c in 0..n {
                expected[r * n + c] = chain(k, |k| (
                    a.data[r * a.row_stride + k * a.col_stride],
                    b.data[k * b.row_stride + c * b.col_stride],
                )) + 0.0;
            }
        }
        for &isa in Isa::available() {
            let mut c = vec![f32::NAN; m * n];
            isa.run(|| matmul(Write::Store, &mut c, a, b));
            assert_same(&c, &expected, "matmul");
        }
    }
}
