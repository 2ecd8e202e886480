//! A small model judged on a small set, against plain sums.

use gradroute_runs::images::{Chosen, Dataset};
use gradroute_runs::{Learner, Measure};

use super::plain::{Plain, squared};
use super::*;
use crate::vae::evaluation::{MeanImages, evaluate};
use crate::vae::figures::{Shown, shares};
use crate::vae::measures::measures;
use crate::vae::page::page;

/// Images of every digit but 7, the first digits more often.
fn set(seed: u64, images: usize) -> Dataset {
    let mut stream = Stream::new(seed, "set", images as u64);
    let pixels = (0..images * PIXELS).map(|_| stream.below(256) as u8).collect();
    let labels = (0..images).map(|i| [0, 1, 2, 3, 4, 5, 6, 8, 9, 0, 1][i % 11]).collect();
    Dataset::new(pixels, labels, (2, 3), DIGITS).unwrap()
}

struct Judged {
    case: Case<f64>,
    train: Dataset,
    test: Dataset,
    learner: Learner<f64>,
}

impl Judged {
    fn new(seed: u64) -> Self {
        let case = Case::new(seed);
        let learner = Learner::new(case.params.clone(), config(&[]).optimizer.options());
        Self { case, train: set(seed, 40), test: set(seed, 33), learner }
    }

    fn results(&mut self, chunk: usize) -> Results {
        let means = MeanImages::of(&self.train, &self.test);
        evaluate(&self.case.network, &mut self.learner, &means, &self.test, chunk, 5)
    }
}

fn image(data: &Dataset, index: usize) -> Vec<f64> {
    data.image(index).iter().map(|&pixel| f64::from(pixel) / 255.0).collect()
}

/// The mean of the images that a rule chooses; none if it chooses none.
fn mean(data: &Dataset, chosen: impl Fn(u8) -> bool) -> Option<Vec<f64>> {
    let images: Vec<_> =
        (0..data.len()).filter(|&i| chosen(data.labels()[i])).map(|i| image(data, i)).collect();
    let of_pixel =
        |p: usize| images.iter().map(|image| image[p]).sum::<f64>() / images.len() as f64;
    (!images.is_empty()).then(|| (0..data.pixels()).map(of_pixel).collect())
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + b.abs())
}

#[test]
fn results_are_those_of_plain_sums() {
    for seed in 0..12 {
        let mut judged = Judged::new(seed);
        let results = judged.results(7);
        let Judged { case, train, test, .. } = &judged;
        let plain = Plain(&case.params);
        let all = mean(train, |_| true).unwrap();
        let mut stream = Stream::new(5, "noise of the evaluation", 0);
        let (mut confusion, mut error, mut of_mean) = ([[0; DIGITS]; DIGITS], 0.0, 0.0);
        for (index, &label) in test.labels().iter().enumerate() {
            let x = image(test, index);
            let noise: Vec<f64> = normal(&mut stream, DIGITS);
            let (mean, _) = plain.heads(&x);
            let largest = (0..DIGITS).max_by(|&a, &b| mean[a].total_cmp(&mean[b])).unwrap();
            confusion[usize::from(label)][largest] += 1;
            error += squared(&plain.draw(&plain.sample(&x, &noise)), &x);
            of_mean += squared(&all, &x);
        }
        assert_eq!(results.confusion, confusion);
        let n = test.len() as f64;
        assert!(close(results.squared_error, error / n), "{} {}", results.squared_error, error / n);
        assert!(close(results.squared_error_of_mean_image, of_mean / n));
        for dim in 0..DIGITS {
            let mut z = vec![0.0; DIGITS];
            z[dim] = 1.5;
            let drawn = plain.draw(&z);
            let far = |digit: u8| Some((squared(&drawn, &mean(train, |l| l == digit)?), digit));
            let nearest = (0..10).filter_map(far).min_by(|a, b| a.0.total_cmp(&b.0)).unwrap().1;
            assert_eq!(results.decoded_as[dim], Some(nearest), "dim {dim}");
        }
    }
}

#[test]
fn results_do_not_depend_on_how_many_samples_are_judged_at_a_time() {
    let mut judged = Judged::new(3);
    let expected = judged.results(1);
    for chunk in [2, 7, 32, 33, 1000] {
        assert_eq!(judged.results(chunk), expected, "{chunk} at a time");
    }
}

#[test]
fn figures_show_means_reconstructions_and_shares_of_plain_sums() {
    let mut judged = Judged::new(1);
    let results = judged.results(10);
    let shares = shares(&results);
    for digit in 0..DIGITS {
        let count: u64 = results.confusion[digit].iter().sum();
        for dim in 0..DIGITS {
            let share = results.confusion[digit][dim] as f64 / count as f64;
            let found = shares[digit * DIGITS + dim];
            assert!(found == share || (count == 0 && found.is_nan()));
        }
    }
    let Judged { case, test, learner, .. } = &mut judged;
    let plain = Plain(&case.params);
    let mut shown = Shown { network: &case.network, learner, test };
    let chosen = Chosen::of(test, &[4, 9], 3);
    let drawn = shown.reconstruct(&chosen);
    for (x, drawn) in chosen.pixels.chunks(PIXELS).zip(drawn.chunks(PIXELS)) {
        let z: Vec<f64> = plain.heads(x).0.into_iter().map(|mean| mean.max(0.0)).collect();
        assert!(drawn.iter().zip(plain.draw(&z)).all(|(a, b)| close(*a, b)));
    }
    let moments = shown.moments();
    assert!(moments[7].0.iter().all(|mean| mean.is_nan()), "there is no 7");
    let of_four: Vec<Vec<f64>> = (0..test.len())
        .filter(|&i| test.labels()[i] == 4)
        .map(|i| plain.heads(&image(test, i)).0)
        .collect();
    for dim in 0..DIGITS {
        let n = of_four.len() as f64;
        let mean = of_four.iter().map(|heads| heads[dim]).sum::<f64>() / n;
        let variance = of_four.iter().map(|heads| (heads[dim] - mean).powi(2)).sum::<f64>() / n;
        assert!(close(moments[4].0[dim], mean));
        assert!((moments[4].1[dim] - variance.sqrt()).abs() < 1e-6);
    }
}

#[test]
fn measures_and_verdict_say_what_the_results_are() {
    let mut confusion = [[0; DIGITS]; DIGITS];
    (0..DIGITS).for_each(|digit| confusion[digit][digit] = 8);
    (confusion[6][6], confusion[6][0]) = (0, 10);
    let learned = |confusion, decoded: [u8; DIGITS]| Results {
        confusion,
        squared_error: 3.0,
        squared_error_of_mean_image: 5.0,
        decoded_as: decoded.map(Some),
    };
    let results = learned(confusion, [0, 1, 2, 3, 4, 5, 6, 7, 9, 9]);
    let found = |name: &str| -> Measure {
        let all = measures(&results);
        all.into_iter().find(|measure| measure.name == name).unwrap()
    };
    let accuracy = found("argmax_accuracy");
    assert_eq!((accuracy.value, accuracy.floor), (72.0 / 82.0, Some(10.0 / 82.0)));
    let error = found("squared_error");
    assert_eq!((error.value, error.floor), (3.0, Some(5.0)));
    assert_eq!((found("decodes_right").value, found("digits_missing").value), (9.0, 1.0));

    let mut judged = Judged::new(0);
    let mut shown = |results: &Results, set: &[&str]| {
        let Judged { case, test, learner, .. } = &mut judged;
        page(&config(set), &case.network, learner, test, results).unwrap()
    };
    let verdict = shown(&results, &[]).verdict.unwrap();
    assert!(
        verdict.holds == Some(false) && verdict.text.contains("not learned: 6"),
        "{}",
        verdict.text
    );
    (confusion[6][6], confusion[6][0]) = (9, 1);
    let whole = learned(confusion, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let routed = shown(&whole, &[]);
    assert_eq!(routed.verdict.unwrap().holds, Some(true));
    let says = |reading: &[(String, String)], words: &str| {
        reading.iter().any(|(_, text)| text.contains(words))
    };
    assert!(says(&routed.reading, "through dim 3 alone") && !says(&routed.reading, "the control"));
    let control = shown(&whole, &["routing.enabled=false"]).reading;
    assert!(says(&control, "This is the control") && !says(&control, "through dim 3 alone"));
}
