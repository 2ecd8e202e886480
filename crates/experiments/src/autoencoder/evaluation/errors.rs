//! Per-sample errors summed up per digit and per half.

use gradroute_runs::nonfinite;
use serde::{Deserialize, Serialize};

use crate::autoencoder::halves::{CLASSES, Half, Halves};

/// One decoder's test errors: per digit, and as means over each half's digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecoderErrors {
    /// Mean absolute error per digit, over its samples and all pixels.
    #[serde(with = "nonfinite::array")]
    pub mae: [f64; CLASSES],
    /// Mean squared error per digit, over its samples and all pixels.
    #[serde(with = "nonfinite::array")]
    pub mse: [f64; CLASSES],
    /// The same over the digits of each half.
    pub groups: Groups,
}

/// One value for each half's digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Groups {
    /// Over the digits of the bottom half (0-4 in the seed).
    pub bottom: GroupErrors,
    /// Over the digits of the top half (5-9 in the seed).
    pub top: GroupErrors,
}

impl Groups {
    /// Over the digits of a half.
    pub fn of(&self, half: Half) -> &GroupErrors {
        match half {
            Half::Bottom => &self.bottom,
            Half::Top => &self.top,
        }
    }
}

/// Errors over a group of digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupErrors {
    /// The digits of the group.
    pub digits: Vec<u8>,
    /// How many test samples show one of them.
    pub samples: u64,
    /// Mean absolute error.
    pub mae: GroupMean,
    /// Mean squared error.
    pub mse: GroupMean,
}

/// A group's mean, taken in the two ways that published tables use.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupMean {
    /// Every sample counts the same.
    #[serde(with = "nonfinite")]
    pub by_sample: f64,
    /// Every digit counts the same; digits without samples are left out.
    #[serde(with = "nonfinite")]
    pub over_digits: f64,
}

/// Sums of per-sample errors, in f64 and in the order in which they are added,
/// so that the same samples in the same order give the same bits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorSums {
    counts: [u64; CLASSES],
    absolute: [f64; CLASSES],
    squared: [f64; CLASSES],
}

impl ErrorSums {
    /// Sums over no samples.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one sample: its label and its mean absolute and mean squared error
    /// over the pixels, in units of [-1, 1].
    ///
    /// # Panics
    /// When `label` is not below [`CLASSES`].
    pub fn add(&mut self, label: u8, mae: f64, mse: f64) {
        let digit = usize::from(label);
        assert!(digit < CLASSES, "label {label} is not one of 0 to {}", CLASSES - 1);
        self.counts[digit] += 1;
        self.absolute[digit] += mae;
        self.squared[digit] += mse;
    }

    /// Adds a batch in its order; the three slices hold one entry per sample.
    ///
    /// # Panics
    /// When the lengths differ or a label is not below [`CLASSES`].
    pub fn add_batch<F: Copy + Into<f64>>(&mut self, labels: &[u8], mae: &[F], mse: &[F]) {
        assert!(
            labels.len() == mae.len() && labels.len() == mse.len(),
            "one error per sample is needed: {} labels, {} absolute and {} squared errors",
            labels.len(),
            mae.len(),
            mse.len()
        );
        for ((&label, &mae), &mse) in labels.iter().zip(mae).zip(mse) {
            self.add(label, mae.into(), mse.into());
        }
    }

    /// Samples added so far, per digit.
    pub fn counts(&self) -> [u64; CLASSES] {
        self.counts
    }

    /// The means per digit and over each half's digits; NaN where there was no
    /// sample.
    pub fn errors(&self, halves: &Halves) -> DecoderErrors {
        let mae = means(&self.absolute, &self.counts);
        let mse = means(&self.squared, &self.counts);
        let group = |digits: &[u8]| GroupErrors {
            digits: digits.to_vec(),
            samples: digits.iter().map(|&d| self.counts[usize::from(d)]).sum(),
            mae: group_mean(&self.absolute, &self.counts, digits),
            mse: group_mean(&self.squared, &self.counts, digits),
        };
        let groups = Groups { bottom: group(&halves.bottom), top: group(&halves.top) };
        DecoderErrors { mae, mse, groups }
    }
}

fn means(sums: &[f64; CLASSES], counts: &[u64; CLASSES]) -> [f64; CLASSES] {
    // 0/0 is the NaN that stands for "no samples".
    std::array::from_fn(|digit| sums[digit] / counts[digit] as f64)
}

fn group_mean(sums: &[f64; CLASSES], counts: &[u64; CLASSES], digits: &[u8]) -> GroupMean {
    let (mut total, mut samples, mut of_means, mut present) = (0.0, 0u64, 0.0, 0u64);
    for digit in digits.iter().map(|&d| usize::from(d)).filter(|&d| counts[d] > 0) {
        total += sums[digit];
        samples += counts[digit];
        of_means += sums[digit] / counts[digit] as f64;
        present += 1;
    }
    GroupMean { by_sample: total / samples as f64, over_digits: of_means / present as f64 }
}
