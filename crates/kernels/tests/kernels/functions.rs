//! exp, ln, tanh and sigmoid.

use gradroute_kernels::random::Stream;
use gradroute_kernels::{Real, Write, elementwise};
use proptest::prelude::*;

use crate::inputs::{assert_same_bits, cases, on_each_isa};

/// x and the bits of exp x, ln |x|, tanh x and sigmoid x.
type Golden = (f64, [u64; 4]);

const GOLDEN: [Golden; 12] = [
    (-745.0, [0x0000000000000001, 0x401a741afe174a7a, 0xbff0000000000000, 0x0000000000000001]),
    (-100.25, [0x36e4acd31e167ebb, 0x40126e4046808320, 0xbff0000000000000, 0x36e4acd31e167ebb]),
    (-1.0, [0x3fd78b56362cef38, 0x0000000000000000, 0xbfe85efab514f394, 0x3fd136561454ba86]),
    (-0.3, [0x3fe7b4c869c37c05, 0xbff34378fcbda721, 0xbfd2a4dda7d914fa, 0x3fdb3c5574372aeb]),
    (-1e-5, [0x3fefffeb07515653, 0xc027069e2aa2aa5b, 0xbee4f8b588e06854, 0x3fdffff583a53b8e]),
    (0.1, [0x3ff1aec7b35a00d4, 0xc0026bb1bbb55515, 0x3fb983d7795f413a, 0x3fe0cca12729afb8]),
    (0.5, [0x3ffa61298e1e069c, 0xbfe62e42fefa39ef, 0x3fdd9353d7568af3, 0x3fe3eb2fd4d34391]),
    (1.0, [0x4005bf0a8b145769, 0x0000000000000000, 0x3fe85efab514f394, 0x3fe764d4f5d5a2bd]),
    (2.5, [0x40285d6fd931e0bb, 0x3fed5240f0e0e078, 0x3fef9258260a71c2, 0x3fed9291ddb596f8]),
    (10.0, [0x40d5829dcf950560, 0x40026bb1bbb55516, 0x3feffffffdc96f35, 0x3fefffa0cb346f89]),
    (100.0, [0x48f3494a9b171bf5, 0x40126bb1bbb55516, 0x3ff0000000000000, 0x3ff0000000000000]),
    (709.5, [0x7fe81e9b4b52d0c9, 0x401a421c25960b33, 0x3ff0000000000000, 0x3ff0000000000000]),
];

#[test]
fn functions_give_these_bits_on_every_isa() {
    // Fifteen copies, so that vectors are filled whatever their width.
    let x: Vec<f64> = GOLDEN.iter().flat_map(|golden| [golden.0; 15]).collect();
    let functions: [fn(f64) -> f64; 4] =
        [Real::exp, |x| Real::ln(Real::abs(x)), Real::tanh, Real::sigmoid];
    on_each_isa(|isa| {
        for (which, function) in functions.into_iter().enumerate() {
            let mut out = vec![0.0; x.len()];
            elementwise::map1(Write::Store, &mut out, &x, function);
            for (index, out) in out.into_iter().enumerate() {
                let (x, bits) = GOLDEN[index / 15];
                assert_eq!(out.to_bits(), bits[which], "function {which} of {x} on {isa}");
            }
        }
    });
}

#[test]
fn functions_are_right_at_special_values() {
    let (inf, max, tiny) = (f64::INFINITY, f64::MAX, f64::from_bits(1));
    let exp = [(0.0, 1.0), (-0.0, 1.0), (-inf, 0.0), (inf, inf), (max, inf), (-max, 0.0)];
    let ln = [(1.0, 0.0), (0.0, -inf), (-0.0, -inf), (inf, inf), (tiny, -744.4400719213812)];
    let tanh = [(0.0, 0.0), (-0.0, -0.0), (tiny, tiny), (-tiny, -tiny), (inf, 1.0), (-inf, -1.0)];
    let sigmoid = [(0.0, 0.5), (inf, 1.0), (-inf, 0.0), (max, 1.0), (-max, 0.0), (tiny, 0.5)];
    let same = |found: f64, expected: f64| assert_eq!(found.to_bits(), expected.to_bits());
    exp.into_iter().for_each(|(x, y)| same(Real::exp(x), y));
    ln.into_iter().for_each(|(x, y)| same(Real::ln(x), y));
    tanh.into_iter().for_each(|(x, y)| same(Real::tanh(x), y));
    sigmoid.into_iter().for_each(|(x, y)| same(Real::sigmoid(x), y));
    for x in [-1.0, -tiny, -inf, f64::NAN] {
        assert!(Real::ln(x).is_nan(), "ln {x}");
    }
    for function in [Real::exp, Real::tanh, Real::sigmoid] {
        let function: fn(f64) -> f64 = function;
        assert!(function(f64::NAN).is_nan());
    }
    assert_eq!(Real::exp(89f32), f32::INFINITY);
    assert_eq!(Real::exp(-104f32), 0.0);
    assert_eq!(Real::exp(-103f32), f32::from_bits(1));
}

#[test]
fn signum_of_zero_is_zero_and_nan_passes() {
    for (x, sign) in [(2.0f32, 1.0), (-0.5, -1.0), (0.0, 0.0f32), (-0.0, 0.0)] {
        assert_eq!(Real::signum0(x).to_bits(), sign.to_bits());
    }
    assert!(Real::signum0(f32::NAN).is_nan());
}

/// The distance in steps between neighbouring numbers.
fn steps(a: f64, b: f64) -> u64 {
    let place = |x: f64| {
        let bits = x.to_bits() as i64;
        if bits < 0 { i64::MIN - bits } else { bits }
    };
    place(a).abs_diff(place(b))
}

proptest! {
    #![proptest_config(cases(4000))]

    // std's functions are themselves within about 1 ulp here.
    #[test]
    fn functions_agree_with_std(x in -745.0..709.0f64, small in -3.0..3.0f64, power in -300i32..300) {
        let positive = (small.abs() + 1e-3) * 2f64.powi(power);
        for x in [x, small, small * 2f64.powi(-power.abs())] {
            prop_assert!(steps(Real::exp(x), x.exp()) <= 2, "exp {x}");
            prop_assert!(steps(Real::tanh(x), x.tanh()) <= 3, "tanh {x}");
            prop_assert!(steps(Real::sigmoid(x), sigmoid(x)) <= 4, "sigmoid {x}");
            let (x, error) = (x as f32, |found: f32, exact: f64| {
                (f64::from(found) - exact).abs() / f64::from((found.abs().next_up()) - found.abs())
            });
            let exact = f64::from(x);
            prop_assert!(x > 88.0 || error(Real::exp(x), exact.exp()) < 0.501, "exp {x}");
            prop_assert!(error(Real::tanh(x), exact.tanh()) < 0.501, "tanh {x}");
            prop_assert!(error(Real::sigmoid(x), sigmoid(exact)) < 0.501, "sigmoid {x}");
        }
        prop_assert!(steps(Real::ln(positive), positive.ln()) <= 2, "ln {positive}");
        let near_one = 1.0 + small / 8.0;
        prop_assert!(steps(Real::ln(near_one), near_one.ln()) <= 2, "ln {near_one}");
    }
}

fn sigmoid(x: f64) -> f64 {
    if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }
}

#[test]
fn functions_have_the_same_bits_on_every_isa() {
    let stream = &mut Stream::new(0, "functions", 0);
    let x: Vec<f32> = (0..50_000).map(|_| 20.0 * stream.normal() as f32).collect();
    let functions: [fn(f32) -> f32; 4] = [Real::exp, Real::ln, Real::tanh, Real::sigmoid];
    for function in functions {
        let mut first = None;
        on_each_isa(|isa| {
            let mut out = vec![0.0; x.len()];
            elementwise::map1(Write::Store, &mut out, &x, function);
            let first = first.get_or_insert_with(|| out.clone());
            assert_same_bits(&out, first, &format!("on {isa}"));
        });
    }
}
