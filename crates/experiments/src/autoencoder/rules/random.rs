//! `routing.rule = "random-digit"` and `"random-sample"`: masks that let each sample teach one half, drawn
//! by chance, whatever half a term is to teach. They are controls: what they do as well as the paper's
//! masks is no effect of *whose* gradient is routed where. They are drawn by the run's seed, so that runs
//! over seeds have a draw each, or by another one, as in `"random-digit:7"`.

use gradroute_kernels::random::Stream;

use super::rule::{Rule, Sample};
use crate::autoencoder::digit_list::digit_list;
use crate::autoencoder::halves::{CLASSES, Half};

/// Each digit teaches one half in all terms: five digits that are drawn the bottom one, the other five
/// the top one.
#[derive(Clone, Copy, Debug)]
pub struct RandomDigit {
    bottom: [bool; CLASSES],
}

impl RandomDigit {
    /// The draw of a seed.
    pub fn new(seed: u64) -> Self {
        let mut digits: [usize; CLASSES] = std::array::from_fn(|digit| digit);
        Stream::new(seed, "random mask by digit", 0).shuffle(&mut digits);
        let mut bottom = [false; CLASSES];
        digits[..CLASSES / 2].iter().for_each(|&digit| bottom[digit] = true);
        Self { bottom }
    }
}

impl Rule for RandomDigit {
    fn drawn(&self) -> Option<String> {
        let of = |bottom: bool| -> Vec<u8> {
            (0u8..)
                .zip(self.bottom)
                .filter(|(_, is)| *is == bottom)
                .map(|(digit, _)| digit)
                .collect()
        };
        let [bottom, top] = [true, false].map(|half| digit_list(&of(half)));
        Some(format!("the bottom half for the digits {bottom}, the top half for the digits {top}"))
    }

    fn weights(&self, sample: Sample, _: Half, weights: &mut [f64]) {
        one_half(self.bottom[usize::from(sample.label)], weights);
    }
}

/// Each sample teaches one half in all terms and epochs, drawn by its place in the training set.
#[derive(Clone, Copy, Debug)]
pub struct RandomSample {
    seed: u64,
}

impl Rule for RandomSample {
    fn drawn(&self) -> Option<String> {
        Some("a half that is drawn for each image, whatever it shows".to_owned())
    }

    fn by_label_alone(&self) -> bool {
        false
    }

    fn weights(&self, sample: Sample, _: Half, weights: &mut [f64]) {
        let mut stream = Stream::new(self.seed, "random mask by sample", sample.key.into());
        one_half(stream.below(2) == 0, weights);
    }
}

fn one_half(bottom: bool, weights: &mut [f64]) {
    let half = if bottom { Half::Bottom } else { Half::Top };
    let own = half.dims(weights.len());
    weights.fill(0.0);
    weights[own].fill(1.0);
}

/// The seed of the draw: the number behind the colon, if there is one, else the run's.
fn seed(number: Option<f64>, of_run: u64) -> Option<u64> {
    let fits = |seed: f64| seed >= 0.0 && seed < 2f64.powi(53) && seed.fract() == 0.0;
    match number {
        None => Some(of_run),
        Some(seed) => fits(seed).then_some(seed as u64),
    }
}

pub(super) fn make_by_digit(number: Option<f64>, of_run: u64) -> Option<Box<dyn Rule>> {
    seed(number, of_run).map(|seed| Box::new(RandomDigit::new(seed)) as Box<dyn Rule>)
}

pub(super) fn make_by_sample(number: Option<f64>, of_run: u64) -> Option<Box<dyn Rule>> {
    seed(number, of_run).map(|seed| Box::new(RandomSample { seed }) as Box<dyn Rule>)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bottom(rule: &dyn Rule, label: u8, key: u32, half: Half) -> bool {
        let mut weights = [7.0; 4];
        rule.weights(Sample { label, key }, half, &mut weights);
        assert!(weights == [1.0, 1.0, 0.0, 0.0] || weights == [0.0, 0.0, 1.0, 1.0]);
        weights[0] == 1.0
    }

    #[test]
    fn five_digits_teach_each_half_in_every_term_and_which_depends_on_the_seed() {
        let draw = |seed| -> Vec<bool> {
            let rule = RandomDigit::new(seed);
            let of = |label, half| bottom(&rule, label, 0, half);
            (0..10).for_each(|label| assert_eq!(of(label, Half::Top), of(label, Half::Bottom)));
            (0..10).map(|label| of(label, Half::Top)).collect()
        };
        for seed in 0..20 {
            assert_eq!(draw(seed).iter().filter(|&&bottom| bottom).count(), 5);
            assert_eq!(draw(seed), draw(seed));
        }
        assert!((1..20).any(|seed| draw(seed) != draw(0)));
    }

    #[test]
    fn about_half_of_the_samples_teach_each_half_whatever_they_show() {
        let rule = RandomSample { seed: 3 };
        let of = |key| bottom(&rule, 0, key, Half::Top);
        let count = (0..1000).filter(|&key| of(key)).count();
        assert!((440..560).contains(&count), "{count} of 1000");
        assert!((0..1000).all(|key| of(key) == bottom(&rule, 9, key, Half::Bottom)));
    }
}
