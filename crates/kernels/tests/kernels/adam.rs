//! Adam against a plain transcription of the algorithm in `f64`.

use gradroute_kernels::adam::{AdamStep, step};
use gradroute_kernels::random::Stream;
use proptest::prelude::*;

use crate::inputs::{assert_same_bits, cases, on_each_isa, values};

fn settings(decoupled: bool, weight_decay: f64, t: i32) -> AdamStep {
    AdamStep {
        lr: 1e-3,
        beta1: 0.9,
        beta2: 0.999,
        eps: 1e-8,
        weight_decay,
        decoupled,
        bias1: 1.0 - 0.9f64.powi(t),
        bias2: 1.0 - 0.999f64.powi(t),
    }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn adam_follows_the_published_algorithm(
        len in 0usize..60, steps in 1i32..6, decoupled: bool, decay in 0.0..0.1f64, seed: u64,
    ) {
        let stream = &mut Stream::new(seed, "adam", 0);
        let mut params: Vec<f64> = (0..len).map(|_| stream.normal()).collect();
        let (mut m, mut v) = (vec![0.0; len], vec![0.0; len]);
        let mut plain = vec![(0.0f64, 0.0f64); len];
        let mut expected = params.clone();
        for t in 1..=steps {
            let adam = settings(decoupled, decay, t);
            let grads: Vec<f64> = (0..len).map(|_| stream.normal()).collect();
            step(&mut params, &grads, &mut m, &mut v, &adam);
            for ((p, (m, v)), g) in expected.iter_mut().zip(&mut plain).zip(&grads) {
                let g = if decoupled { *g } else { g + decay * *p };
                if decoupled {
                    *p -= adam.lr * decay * *p;
                }
                *m = 0.9 * *m + 0.1 * g;
                *v = 0.999 * *v + 0.001 * g * g;
                *p -= adam.lr * (*m / adam.bias1) / ((*v / adam.bias2).sqrt() + adam.eps);
            }
        }
        for (found, expected) in params.iter().zip(&expected) {
            prop_assert!((found - expected).abs() < 1e-12);
        }
    }
}

#[test]
fn adam_forms_its_coefficients_in_f64() {
    let (mut param, mut m, mut v) = ([0.0f32], [0.0], [0.0]);
    step(&mut param, &[1.0], &mut m, &mut v, &settings(false, 0.0, 1));
    // 1 - 0.999 in f32 is 0.0010000467.
    assert_eq!((m, v), ([0.1], [0.001]));
}

#[test]
fn adam_has_the_same_bits_on_every_isa() {
    let stream = &mut Stream::new(0, "adam", 0);
    let [params, grads, m, v] = [0; 4].map(|_| values(stream, 40_001, 0.9));
    let v: Vec<f32> = v.iter().map(|v| v.abs()).collect();
    let mut first: Option<[Vec<f32>; 3]> = None;
    on_each_isa(|isa| {
        let (mut params, mut m, mut v) = (params.clone(), m.clone(), v.clone());
        step(&mut params, &grads, &mut m, &mut v, &settings(false, 5e-5, 3));
        let found = [params, m, v];
        let first = first.get_or_insert_with(|| found.clone());
        for (found, expected) in found.iter().zip(first) {
            assert_same_bits(found, expected, &format!("Adam on {isa}"));
        }
    });
}

#[test]
fn moments_and_weights_that_only_shrink_end_at_zero_and_are_never_subnormal() {
    let (mut p, mut m, mut v) = (vec![1e-3f32; 40], vec![1e-3; 40], vec![1e-6; 40]);
    let no_gradient = vec![0.0; 40];
    for t in 1..20_000 {
        let decay = if t % 2 == 0 { 5e-5 } else { 0.0 };
        step(&mut p, &no_gradient, &mut m, &mut v, &settings(false, decay, t.min(2_000)));
        for x in p.iter().chain(&m).chain(&v) {
            assert!(!x.is_subnormal(), "{x:e} after {t} steps");
        }
    }
    for x in p.iter().chain(&m) {
        assert!(*x == 0.0, "{x:e} is left");
    }
}
