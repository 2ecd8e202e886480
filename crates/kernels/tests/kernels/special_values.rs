//! Zeros, subnormals, infinities and NaN on every path.

use gradroute_kernels::linear::{self, Affine, LinearShape};
use gradroute_kernels::random::Stream;
use gradroute_kernels::{Real, Write, elementwise};
use proptest::prelude::*;

use crate::inputs::{assert_same_bits, cases, chain, chain_of_adjoint, on_each_isa, values};

const SPECIAL: [f32; 10] = [
    0.0,
    -0.0,
    f32::from_bits(1),
    f32::from_bits(0x8000_0001),
    1.1e-38,
    f32::MAX,
    f32::MIN_POSITIVE,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
];

/// Puts special values, of the first `kinds`, into random places.
fn sprinkle(stream: &mut Stream, values: &mut [f32], count: usize, kinds: u64) {
    for _ in 0..count {
        if let Some(len) = std::num::NonZero::new(values.len() as u64) {
            let place = stream.below(len.get()) as usize;
            values[place] = SPECIAL[stream.below(kinds) as usize];
        }
    }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn products_of_special_values_are_the_canonical_chain(
        n in 1usize..60, i in 1usize..150, o in 1usize..60,
        densities in (0.0..1.2f64, 0.0..1.2f64, 0.0..1.2f64),
        counts in (0usize..30, 0usize..30, 0usize..30), all: bool, seed: u64,
    ) {
        let kinds = if all { 10 } else { 7 };
        let stream = &mut Stream::new(seed, "special", 0);
        let mut operand = |len, density, count| {
            let mut operand = values(stream, len, density);
            sprinkle(stream, &mut operand, count, kinds);
            operand
        };
        let x = operand(n * i, densities.0, counts.0);
        let w = operand(o * i, densities.1, counts.1);
        let dy = operand(n * o, densities.2, counts.2);
        let shape = LinearShape { n, i, o };
        let relu = |v: f32| if v <= 0.0 { 0.0 } else { v };
        let mut y = Vec::new();
        let mut dx = Vec::new();
        for s in 0..n {
            for j in 0..o {
                y.push(relu(0.0 + chain(i, |k| (x[s * i + k], w[j * i + k]))));
            }
            for k in 0..i {
                let sum = 0.0 + chain_of_adjoint(o, |j| (dy[s * o + j], w[j * i + k]));
                dx.push(if x[s * i + k] <= 0.0 { 0.0 } else { sum });
            }
        }
        let mut dw = Vec::new();
        for j in 0..o {
            for k in 0..i {
                dw.push(0.0 + chain_of_adjoint(n, |s| (dy[s * o + j], x[s * i + k])));
            }
        }
        let identity = Affine::IDENTITY;
        on_each_isa(|isa| {
            let mut out = vec![1.0; n * o];
            linear::forward(&mut out, &x, &w, None, shape, identity, true);
            assert_same_bits(&out, &y, &format!("forward on {isa}"));
            let mut out = vec![1.0; n * i];
            linear::backward_input(Write::Store, &mut out, &dy, &w, shape, identity, Some(&x));
            assert_same_bits(&out, &dx, &format!("backward_input on {isa}"));
            let mut out = vec![1.0; o * i];
            linear::backward_weight(Write::Store, &mut out, &dy, &x, shape, identity);
            assert_same_bits(&out, &dw, &format!("backward_weight on {isa}"));
        });
    }
}

#[test]
fn an_infinite_weight_is_not_hidden_by_inputs_that_are_zero() {
    let shape = LinearShape { n: 70, i: 200, o: 40 };
    let x = vec![0.0; 70 * 200];
    let mut w = vec![1.0; 40 * 200];
    w[3 * 200 + 150] = f32::INFINITY;
    on_each_isa(|_| {
        let mut y = vec![1.0; 70 * 40];
        linear::forward(&mut y, &x, &w, None, shape, Affine::IDENTITY, false);
        for (index, y) in y.into_iter().enumerate() {
            assert!(if index % 40 == 3 { y.is_nan() } else { y == 0.0 });
        }
    });
}

#[test]
fn relu_selects_by_comparison() {
    let inputs = [-1.0, -0.0, 0.0, -f32::from_bits(1), f32::from_bits(1), 2.0, f32::INFINITY];
    let outputs = [0.0, 0.0, 0.0, 0.0, f32::from_bits(1), 2.0, f32::INFINITY];
    on_each_isa(|isa| {
        let mut out = [f32::NAN; 7];
        elementwise::map1(Write::Store, &mut out, &inputs, Real::relu);
        assert_same_bits(&out, &outputs, &format!("relu on {isa}"));
        let mut out = [0.0];
        elementwise::map1(Write::Store, &mut out, &[f32::NAN], Real::relu);
        assert!(out[0].is_nan());
    });
}

#[test]
fn the_fused_relu_is_the_plain_one() {
    // One input of 1 makes the products the weights themselves.
    let w = [-1.0, -0.0, 0.0, -1e-40, 1e-40, 2.0, f32::INFINITY, f32::NAN];
    let plain: Vec<f32> = w.iter().map(|&w| Real::relu(w)).collect();
    on_each_isa(|isa| {
        let mut y = [0.5; 8];
        let shape = LinearShape { n: 1, i: 1, o: 8 };
        linear::forward(&mut y, &[1.0], &w, None, shape, Affine::IDENTITY, true);
        assert_same_bits(&y, &plain, &format!("fused relu on {isa}"));
    });
}

#[test]
fn subnormals_are_kept() {
    let tiny = f32::from_bits(3);
    on_each_isa(|_| {
        let mut out = [0.0; 40];
        elementwise::map1(Write::Store, &mut out, &[tiny; 40], |v| v * 2.0);
        assert!(out.iter().all(|out| out.to_bits() == 6));
    });
}
