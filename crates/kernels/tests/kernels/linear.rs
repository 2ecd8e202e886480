//! Layers: the canonical expressions bit for bit, and `f64` for accuracy.

use gradroute_kernels::linear::{self, Affine, LinearShape};
use gradroute_kernels::random::Stream;
use gradroute_kernels::{Real, Write, reduce};
use proptest::prelude::*;

use crate::inputs::{assert_same_bits, cases, chain, on_each_isa, values};

struct Layer {
    shape: LinearShape,
    affine: Affine<f32>,
    x: Vec<f32>,
    w: Vec<f32>,
    bias: Vec<f32>,
    dy: Vec<f32>,
}

impl Layer {
    fn new(shape: LinearShape, x_density: f64, dy_density: f64, seed: u64) -> Self {
        let LinearShape { n, i, o } = shape;
        let stream = &mut Stream::new(seed, "layer", 0);
        let affine = match seed % 3 {
            0 => Affine { factor: 2.0, shift: -1.0 },
            1 => Affine { factor: 0.3, shift: 0.0 },
            _ => Affine::IDENTITY,
        };
        Layer {
            shape,
            affine,
            x: values(stream, n * i, x_density),
            w: values(stream, o * i, 1.0),
            bias: values(stream, o, 0.9),
            dy: values(stream, n * o, dy_density),
        }
    }

    fn forward(&self, bias: bool, relu: bool) -> Vec<f32> {
        let LinearShape { n, i, o } = self.shape;
        let Affine { factor, shift } = self.affine;
        let mut y = Vec::new();
        for s in 0..n {
            for j in 0..o {
                let sum = chain(i, |k| (self.x[s * i + k], self.w[j * i + k]));
                let bias = if bias { self.bias[j] } else { 0.0 };
                let offset = if shift == 0.0 {
                    bias
                } else {
                    shift.mul_add(reduce::sum1(&self.w[j * i..(j + 1) * i], |w| w), bias)
                };
                let v = factor.mul_add(sum, offset + 0.0);
                y.push(if relu && v <= 0.0 { 0.0 } else { v });
            }
        }
        y
    }

    fn backward_input(&self, active: bool) -> Vec<f32> {
        let LinearShape { n, i, o } = self.shape;
        let mut dx = Vec::new();
        for s in 0..n {
            for k in 0..i {
                let sum = chain(o, |j| (self.dy[s * o + j], self.w[j * i + k]));
                let v = self.affine.factor.mul_add(sum, 0.0);
                dx.push(if active && self.x[s * i + k] <= 0.0 { 0.0 } else { v });
            }
        }
        dx
    }

    fn backward_weight(&self) -> Vec<f32> {
        let LinearShape { n, i, o } = self.shape;
        let Affine { factor, shift } = self.affine;
        let mut sums = vec![0.0; o];
        reduce::axis_sums(Write::Store, &mut sums, 1, n, o, &self.dy, |dy| dy);
        let mut dw = Vec::new();
        for (j, sum) in sums.into_iter().enumerate() {
            let offset = if shift == 0.0 { 0.0 } else { shift * sum + 0.0 };
            for k in 0..i {
                let sum = chain(n, |s| (self.dy[s * o + j], self.x[s * i + k]));
                dw.push(factor.mul_add(sum, offset));
            }
        }
        dw
    }

    fn check(&self) {
        let Layer { shape, affine, x, w, bias, dy } = self;
        let (shape, affine) = (*shape, *affine);
        let y = [false, true].map(|relu| self.forward(relu, relu));
        let dx = [false, true].map(|active| self.backward_input(active));
        let dw = self.backward_weight();
        let before = values(&mut Stream::new(0, "before", 0), dx[0].len().max(dw.len()), 1.0);
        let added = |v: &[f32]| before.iter().zip(v).map(|(a, b)| a + b).collect::<Vec<_>>();
        on_each_isa(|isa| {
            for relu in [false, true] {
                let mut out = vec![f32::NAN; y[0].len()];
                let bias = relu.then_some(&bias[..]);
                linear::forward(&mut out, x, w, bias, shape, affine, relu);
                assert_same_bits(&out, &y[usize::from(relu)], &format!("forward on {isa}"));
            }
            for active in [false, true] {
                let (expected, mask) = (&dx[usize::from(active)], active.then_some(&x[..]));
                let what = format!("backward_input on {isa}, active {active}");
                let mut out = vec![f32::NAN; expected.len()];
                linear::backward_input(Write::Store, &mut out, dy, w, shape, affine, mask);
                assert_same_bits(&out, expected, &what);
                let mut out = before[..expected.len()].to_vec();
                linear::backward_input(Write::Add, &mut out, dy, w, shape, affine, mask);
                assert_same_bits(&out, &added(expected), &what);
            }
            let mut out = vec![f32::NAN; dw.len()];
            linear::backward_weight(Write::Store, &mut out, dy, x, shape, affine);
            assert_same_bits(&out, &dw, &format!("backward_weight on {isa}"));
            let mut out = before[..dw.len()].to_vec();
            linear::backward_weight(Write::Add, &mut out, dy, x, shape, affine);
            assert_same_bits(&out, &added(&dw), &format!("backward_weight added on {isa}"));
        });
    }
}

#[test]
fn layers_compute_the_canonical_expressions_at_sizes_around_tiles_and_blocks() {
    for (n, i, o) in [(1, 1, 1), (7, 65, 161), (70, 130, 33), (129, 64, 16), (33, 300, 320)] {
        for (x, dy) in [(1.0, 1.0), (0.2, 1.0), (1.0, 0.2), (0.5, 0.4), (0.0, 0.0)] {
            for seed in 0..3 {
                Layer::new(LinearShape { n, i, o }, x, dy, seed).check();
            }
        }
    }
}

#[test]
fn layers_without_samples_inputs_or_outputs_are_well_defined() {
    for (n, i, o) in [(0, 3, 4), (3, 0, 4), (3, 4, 0), (0, 0, 0), (0, 0, 5)] {
        for seed in 0..3 {
            Layer::new(LinearShape { n, i, o }, 1.0, 1.0, seed).check();
        }
    }
}

proptest! {
    #![proptest_config(cases(80))]

    #[test]
    fn layers_compute_the_canonical_expressions(
        n in 0usize..80, i in 0usize..150, o in 0usize..100,
        x in 0.0..1.2f64, dy in 0.0..1.2f64, seed: u64,
    ) {
        Layer::new(LinearShape { n, i, o }, x, dy, seed).check();
    }

    #[test]
    fn f32_layers_are_close_to_f64_layers(
        n in 1usize..40, i in 1usize..100, o in 1usize..60, density in 0.1..1.2f64, seed: u64,
    ) {
        let layer = Layer::new(LinearShape { n, i, o }, density, density, seed);
        let double = |v: &[f32]| v.iter().map(|&v| f64::from(v)).collect::<Vec<_>>();
        let (x, w, bias, dy) =
            (double(&layer.x), double(&layer.w), double(&layer.bias), double(&layer.dy));
        let affine =
            Affine { factor: layer.affine.factor.to_f64(), shift: layer.affine.shift.to_f64() };
        let shape = layer.shape;
        let mut y = vec![f64::NAN; n * o];
        linear::forward(&mut y, &x, &w, Some(&bias), shape, affine, true);
        assert_close(&layer.forward(true, true), &y, i);
        let mut dx = vec![f64::NAN; n * i];
        linear::backward_input(Write::Store, &mut dx, &dy, &w, shape, affine, Some(&x));
        assert_close(&layer.backward_input(true), &dx, o);
        let mut dw = vec![f64::NAN; o * i];
        linear::backward_weight(Write::Store, &mut dw, &dy, &x, shape, affine);
        assert_close(&layer.backward_weight(), &dw, n);
    }

    #[test]
    fn f64_layers_agree_with_plain_sums(
        n in 0usize..12, i in 0usize..20, o in 0usize..12, seed: u64,
    ) {
        let layer = Layer::new(LinearShape { n, i, o }, 0.7, 0.7, seed);
        let double = |v: &[f32]| v.iter().map(|&v| f64::from(v)).collect::<Vec<_>>();
        let (x, w, bias, dy) =
            (double(&layer.x), double(&layer.w), double(&layer.bias), double(&layer.dy));
        let factor = layer.affine.factor.to_f64();
        let shift = layer.affine.shift.to_f64();
        let (shape, affine) = (layer.shape, Affine { factor, shift });
        let input = |s: usize, k: usize| factor * x[s * i + k] + shift;
        let mut y = vec![f64::NAN; n * o];
        linear::forward(&mut y, &x, &w, Some(&bias), shape, affine, false);
        let mut dx = vec![1.0; n * i];
        linear::backward_input(Write::Add, &mut dx, &dy, &w, shape, affine, None);
        let mut dw = vec![1.0; o * i];
        linear::backward_weight(Write::Add, &mut dw, &dy, &x, shape, affine);
        for s in 0..n {
            for j in 0..o {
                let sum: f64 = (0..i).map(|k| input(s, k) * w[j * i + k]).sum();
                prop_assert!((y[s * o + j] - sum - bias[j]).abs() < 1e-12);
            }
            for k in 0..i {
                let sum: f64 = (0..o).map(|j| dy[s * o + j] * w[j * i + k]).sum();
                prop_assert!((dx[s * i + k] - 1.0 - factor * sum).abs() < 1e-12);
            }
        }
        for j in 0..o {
            for k in 0..i {
                let sum: f64 = (0..n).map(|s| dy[s * o + j] * input(s, k)).sum();
                prop_assert!((dw[j * i + k] - 1.0 - sum).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn squares_of_shares_are_those_of_the_shares_formed_one_by_one(
        count in 0usize..12, rows in 1usize..5, i in 0usize..40, o in 0usize..30, seed: u64,
    ) {
        let shape = LinearShape { n: count * rows, i, o };
        let mut layer = Layer::new(shape, 0.5, 0.5, seed);
        if layer.dy.len() > 1 {
            // A row of adjoints that are all 0, in front of inputs that are not finite.
            layer.dy[..o].fill(0.0);
            layer.x[..i].fill(f32::NAN);
        }
        let few = LinearShape { n: rows, i, o };
        let mut expected = vec![[0.0; 2]; count];
        for (s, expected) in expected.iter_mut().enumerate() {
            let (dy, x) = (&layer.dy[s * rows * o..][..rows * o], &layer.x[s * rows * i..][..rows * i]);
            let (mut dw, mut db) = (vec![0.0; o * i], vec![0.0; o]);
            linear::backward_weight(Write::Store, &mut dw, dy, x, few, layer.affine);
            linear::backward_bias(Write::Store, &mut db, dy, few);
            *expected = [&dw, &db].map(|of| of.iter().map(|&v| f64::from(v) * f64::from(v)).sum());
        }
        let mut bits = Vec::new();
        on_each_isa(|isa| {
            let (mut weight, mut bias) = (vec![0.5; count], vec![0.5; count]);
            linear::weight_squares(&mut weight, &layer.dy, &layer.x, shape, layer.affine);
            linear::bias_squares(&mut bias, &layer.dy, shape);
            for (s, expected) in expected.iter().enumerate() {
                for (found, expected) in [weight[s], bias[s]].into_iter().zip(expected) {
                    let (found, room) = (found - 0.5, 1e-4 * expected.max(1.0));
                    assert!((found - expected).abs() <= room, "{found} and {expected} on {isa}");
                }
            }
            bits.push([weight, bias].concat().iter().map(|v| v.to_bits()).collect::<Vec<_>>());
        });
        prop_assert!(bits.windows(2).all(|pair| pair[0] == pair[1]));
    }
}

/// Within the usual bound for a chain of `terms`, for values of about size 1.
#[track_caller]
fn assert_close(found: &[f32], expected: &[f64], terms: usize) {
    let tolerance = 8.0 * (terms as f64).sqrt() * (terms as f64 + 4.0) * f64::from(f32::EPSILON);
    for (&found, &expected) in found.iter().zip(expected) {
        assert!((f64::from(found) - expected).abs() < tolerance, "{found} and {expected}");
    }
}

#[test]
#[should_panic(
    expected = "linear::forward: for LinearShape { n: 2, i: 3, o: 4 }, w should have 12"
)]
fn a_weight_of_the_wrong_size_is_named() {
    let shape = LinearShape { n: 2, i: 3, o: 4 };
    linear::forward(&mut [0.0; 8], &[0.0; 6], &[0.0; 11], None, shape, Affine::IDENTITY, false);
}
