use proptest::prelude::*;

use super::*;
use crate::autoencoder::halves::{CLASSES, Halves};

/// Errors where the digit's own certificate has MAE `own` and the other `other`.
fn evaluation(own: [f64; CLASSES], other: [f64; CLASSES]) -> Results {
    let halves = Halves::default();
    let mut sums = [ErrorSums::new(), ErrorSums::new(), ErrorSums::new()];
    let mut floor = ErrorSums::new();
    for digit in 0..CLASSES {
        let label = digit as u8;
        let (top, bottom) = if halves.top.contains(&label) {
            (own[digit], other[digit])
        } else {
            (other[digit], own[digit])
        };
        for (sums, mae) in sums.iter_mut().zip([0.1, top, bottom]) {
            sums.add(label, mae, mae * mae);
        }
        floor.add(label, 0.25, 0.35);
    }
    let floor = floor.errors(&halves);
    let floors = Floors { constant: floor.clone(), median: floor.clone(), mean: floor };
    Results::new(halves, &sums[0], None, &sums[1], &sums[2], floors)
}

#[test]
fn a_split_holds_when_every_own_half_is_ahead_by_a_tenth() {
    let split = evaluation([0.1; 10], [0.2; 10]).split;
    assert!(split.holds);
    assert!(split.margins.iter().all(|m| (m - 0.5).abs() < 1e-12));
    assert_eq!(
        split.verdict,
        "The split holds: on all 10 digits the certificate of the digit's own half has the lower \
         test MAE, by 50 % (digit 0) to 50 % (digit 9); on the other half's digits the top \
         certificate is at 80 % of the median image's MAE and the bottom one at 80 % (100 % would \
         be nothing known)."
    );
}

#[test]
fn one_digit_below_a_tenth_makes_the_split_narrow() {
    let mut own = [0.1; 10];
    own[3] = 0.19;
    let split = evaluation(own, [0.2; 10]).split;
    assert!(!split.holds);
    assert!(split.verdict.contains("narrowly"), "{}", split.verdict);
    assert!(split.verdict.contains("on 3 (5 %)"), "{}", split.verdict);
    own[3] = 0.18001;
    let verdict = evaluation(own, [0.2; 10]).split.verdict;
    assert!(verdict.contains("by less than 10 % on 3 (9.9 %)"), "{verdict}");
}

#[test]
fn digits_whose_own_half_is_behind_or_not_finite_are_named() {
    let mut own = [0.1; 10];
    own[2] = 0.3;
    own[7] = 0.2;
    own[8] = f64::NAN;
    let split = evaluation(own, [0.2; 10]).split;
    assert!(!split.holds);
    assert!(split.verdict.contains("on 7 of 10 digits only: on 2, 7 and 8"), "{}", split.verdict);
    assert!(evaluation([0.2; 10], [0.1; 10]).split.verdict.starts_with("There is no split"));
}

#[test]
fn a_certificate_that_is_ahead_everywhere_is_no_split() {
    let mut own = [0.1; 10];
    own[..5].fill(0.3);
    let split = evaluation(own, [0.2; 10]).split;
    assert!(
        split.verdict.starts_with(
            "There is no split: the top certificate has the lower test MAE on the other half's \
             digits (0, 1, 2, 3 and 4) too"
        ),
        "{}",
        split.verdict
    );
}

#[test]
fn digits_without_samples_are_nan_and_not_judged() {
    let halves = Halves::default();
    let sums = |labels: &[u8], mae: f64| {
        let mut sums = ErrorSums::new();
        labels.iter().for_each(|&label| sums.add(label, mae, mae * mae));
        sums
    };
    let errors = sums(&[0], 0.1).errors(&halves);
    assert!(errors.mae[0] == 0.1 && errors.mae[1].is_nan());
    assert_eq!(errors.groups.bottom.mae, GroupMean { by_sample: 0.1, over_digits: 0.1 });
    assert!(errors.groups.top.mae.by_sample.is_nan());
    let judged = |labels: &[u8], bottom: f64, top: f64| {
        let floor = sums(labels, 0.5).errors(&halves);
        let floors = Floors { constant: floor.clone(), median: floor.clone(), mean: floor };
        let (bottom, top) = (sums(labels, bottom), sums(labels, top));
        Results::new(halves.clone(), &bottom, None, &top, &bottom, floors)
    };
    let both = judged(&[0, 6], 0.1, 0.2);
    assert!(both.judged() && both.split.verdict.contains("on the other half's digits (6) too"));
    // One half alone says nothing of a split, however far ahead its certificate is.
    for (labels, which) in [
        (&[0, 1][..], "of the top half (5-9)"),
        (&[7], "of the bottom half (0-4)"),
        (&[], "of either half"),
    ] {
        let Results { split, .. } = judged(labels, 0.1, 0.2);
        assert!(!split.holds);
        let expected = format!("The split can't be judged: the test set shows no digit {which}.");
        assert_eq!(split.verdict, expected);
        assert!(!judged(labels, 0.1, 0.2).judged());
    }
}

#[test]
fn certificates_that_are_both_worse_than_an_empty_image_are_not_trained_yet() {
    // The floors of `evaluation` are at 0.25.
    let untrained = evaluation([0.8; 10], [0.9; 10]);
    assert!(!untrained.judged() && !untrained.split.holds);
    let verdict = &untrained.split.verdict;
    assert!(verdict.starts_with("Not trained yet, so the split can't be judged"), "{verdict}");
    assert!(verdict.contains("bottom certificate is 0.80 and 0.90"), "{verdict}");
    assert!(
        verdict.contains("top certificate 0.90 and 0.80, of the empty image 0.25"),
        "{verdict}"
    );
    // One that draws something is enough, and so is what both know of one half.
    assert!(evaluation([0.1; 10], [0.9; 10]).judged());
    // What has diverged is not untrained.
    assert!(evaluation([f64::NAN; 10], [0.9; 10]).judged());
    let diverged = evaluation([f64::NAN; 10], [f64::NAN; 10]);
    assert!(!diverged.judged() && diverged.split.verdict.contains("no finite numbers"));
}

#[test]
fn json_has_the_documented_keys_and_reads_back() {
    let mut own = [0.1; 10];
    own[4] = f64::NAN;
    let evaluation = evaluation(own, [0.2; 10]);
    let text = serde_json::to_string(&evaluation).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    for decoder in ["decoder", "top", "bottom"] {
        assert_eq!(json[decoder]["mae"].as_array().unwrap().len(), 10);
        assert_eq!(json[decoder]["mse"].as_array().unwrap().len(), 10);
        for (half, digits) in [("bottom", [0, 1, 2, 3, 4]), ("top", [5, 6, 7, 8, 9])] {
            let group = &json[decoder]["groups"][half];
            assert_eq!(group["digits"], serde_json::json!(digits));
            assert_eq!(group["samples"], 5);
            for metric in ["mae", "mse"] {
                assert!(!group[metric]["by_sample"].is_null());
                assert!(!group[metric]["over_digits"].is_null());
            }
        }
    }
    assert_eq!(json["bottom"]["mae"][4], "NaN");
    for floor in ["constant", "median", "mean"] {
        assert_eq!(json["floors"][floor]["mae"][0], 0.25);
    }
    // NaN is not equal to itself, so texts are compared.
    let back: Results = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
}

proptest! {
    #[test]
    fn sums_agree_with_means_taken_naively(
        samples in proptest::collection::vec((0u8..10, 0.0f32..2.0, 0.0f32..4.0), 1..200),
        cut in 0usize..200,
    ) {
        let halves = Halves { bottom: vec![7, 1, 2], top: vec![0, 9] };
        let cut = cut.min(samples.len());
        let mut sums = ErrorSums::new();
        for part in [&samples[..cut], &samples[cut..]] {
            let labels: Vec<u8> = part.iter().map(|s| s.0).collect();
            let mae: Vec<f32> = part.iter().map(|s| s.1).collect();
            let mse: Vec<f32> = part.iter().map(|s| s.2).collect();
            sums.add_batch(&labels, &mae, &mse);
        }
        let errors = sums.errors(&halves);
        let mean = |of: &dyn Fn(&(u8, f32, f32)) -> f32, digits: &[u8]| {
            let chosen: Vec<f64> = samples
                .iter()
                .filter(|s| digits.contains(&s.0))
                .map(|s| f64::from(of(s)))
                .collect();
            chosen.iter().sum::<f64>() / chosen.len() as f64
        };
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12 || (a.is_nan() && b.is_nan());
        for digit in 0..10u8 {
            prop_assert!(close(errors.mae[usize::from(digit)], mean(&|s| s.1, &[digit])));
            prop_assert!(close(errors.mse[usize::from(digit)], mean(&|s| s.2, &[digit])));
        }
        for (group, digits) in
            [(&errors.groups.bottom, &halves.bottom), (&errors.groups.top, &halves.top)]
        {
            let present: Vec<f64> =
                digits.iter().map(|&d| mean(&|s| s.2, &[d])).filter(|m| !m.is_nan()).collect();
            let over_digits = present.iter().sum::<f64>() / present.len() as f64;
            prop_assert!(close(group.mae.by_sample, mean(&|s| s.1, digits)));
            prop_assert!(close(group.mse.over_digits, over_digits));
        }
    }
}
