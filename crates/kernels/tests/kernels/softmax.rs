//! Cross-entropy.

use gradroute_kernels::random::Stream;
use gradroute_kernels::{Write, softmax};
use proptest::prelude::*;

use crate::inputs::{cases, on_each_isa};

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn cross_entropy_is_log_sum_exp_minus_the_label_s_logit(
        n in 0usize..30, c in 1usize..20, size in 0.1..80.0f64, seed: u64,
    ) {
        let stream = &mut Stream::new(seed, "logits", 0);
        let logits: Vec<f64> = (0..n * c).map(|_| size * stream.normal()).collect();
        let labels: Vec<f64> = (0..n).map(|_| stream.below(c as u64) as f64).collect();
        let dlosses: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let (mut losses, mut dlogits) = (vec![f64::NAN; n], vec![1.0; n * c]);
        softmax::cross_entropy(&mut losses, &logits, &labels, n, c);
        softmax::cross_entropy_backward(Write::Add, &mut dlogits, &dlosses, &logits, &labels, n, c);
        for s in 0..n {
            let row = &logits[s * c..(s + 1) * c];
            let maximum = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = row.iter().map(|l| (l - maximum).exp()).sum();
            let label = labels[s] as usize;
            let expected = sum.ln() + maximum - row[label];
            prop_assert!((losses[s] - expected).abs() <= 1e-13 * (1.0 + expected.abs() + maximum.abs()));
            for j in 0..c {
                let target = f64::from(u8::from(j == label));
                let expected = 1.0 + dlosses[s] * ((row[j] - maximum).exp() / sum - target);
                prop_assert!((dlogits[s * c + j] - expected).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn cross_entropy_has_the_same_bits_on_every_isa(n in 1usize..30, c in 1usize..20, seed: u64) {
        let stream = &mut Stream::new(seed, "logits", 0);
        let logits: Vec<f32> = (0..n * c).map(|_| stream.normal() as f32).collect();
        let labels: Vec<f32> = (0..n).map(|_| stream.below(c as u64) as f32).collect();
        let mut first = None;
        on_each_isa(|_| {
            let (mut losses, mut dlogits) = (vec![f32::NAN; n], vec![f32::NAN; n * c]);
            softmax::cross_entropy(&mut losses, &logits, &labels, n, c);
            let store = Write::Store;
            softmax::cross_entropy_backward(store, &mut dlogits, &losses, &logits, &labels, n, c);
            let found = (losses, dlogits);
            assert_eq!(&found, first.get_or_insert_with(|| found.clone()));
        });
    }
}

#[test]
fn logits_of_any_size_do_not_overflow() {
    let mut losses = [f32::NAN];
    softmax::cross_entropy(&mut losses, &[3e38, -3e38], &[0.0], 1, 2);
    assert_eq!(losses, [0.0]);
}

#[test]
#[should_panic(expected = "label 2 of sample 1 is not a class from 0 to 2 - 1")]
fn a_label_that_is_no_class_is_named() {
    softmax::cross_entropy(&mut [0.0; 2], &[0.0; 4], &[1.0, 2.0], 2, 2);
}
