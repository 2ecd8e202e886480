//! What others have published, as data: `published.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

use super::measure::{Measure, Metric, Shown, Subject, Weighting};
use crate::autoencoder::halves::{CLASSES, Half};

/// A published result of one of the presets.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The preset that repeats it.
    pub preset: String,
    /// Its name in tables, such as "paper, 20 runs".
    pub label: String,
    /// Where it is published, and over how many runs.
    pub source: String,
    /// Losses at some steps of the training.
    #[serde(default)]
    pub log: Vec<LossMark>,
    #[serde(default)]
    top: ByMetric,
    #[serde(default)]
    bottom: ByMetric,
    #[serde(default)]
    decoder: ByMetric,
}

/// Losses of others at one step of the same training; what they don't give is not there.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossMark {
    /// The step, from 0.
    pub step: u64,
    /// The total.
    pub total: Option<f32>,
    /// Mean absolute error of the decoder.
    pub decoder: Option<f32>,
    /// Mean absolute error of the top certificate.
    pub top: Option<f32>,
    /// Mean absolute error of the bottom certificate.
    pub bottom: Option<f32>,
    /// The L1 term, weight included.
    pub l1: Option<f32>,
}

impl LossMark {
    /// The value of a term by the name that a step tells it under.
    pub fn get(&self, term: &str) -> Option<f32> {
        match term {
            "total" => self.total,
            "decoder" => self.decoder,
            "top" => self.top,
            "bottom" => self.bottom,
            "l1" => self.l1,
            _ => None,
        }
    }
}

/// A published number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PublishedValue {
    /// The number.
    pub value: f64,
    /// The spread published with it, of the publication's own kind.
    pub spread: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByMetric {
    mae: Option<Errors>,
    mse: Option<Errors>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Errors {
    digits: Option<[f64; CLASSES]>,
    by_sample: Option<OfHalves>,
    over_digits: Option<OfHalves>,
    spread: Option<OfHalves>,
}

/// A number for the digits of each half.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfHalves {
    bottom: f64,
    top: f64,
}

impl OfHalves {
    /// The means over the digits of each of the published halves, 0-4 and 5-9.
    fn means(digits: [f64; CLASSES]) -> Self {
        let mean = |digits: &[f64]| digits.iter().sum::<f64>() / digits.len() as f64;
        let (bottom, top) = digits.split_at(CLASSES / 2);
        Self { bottom: mean(bottom), top: mean(top) }
    }

    fn of(self, half: Half) -> f64 {
        match half {
            Half::Bottom => self.bottom,
            Half::Top => self.top,
        }
    }
}

impl Published {
    /// The published number for a measure, and nothing where there is none with
    /// just this weighting.
    pub fn value_as_published(&self, measure: Measure) -> Option<PublishedValue> {
        let errors = match measure.subject {
            Subject::Top => &self.top,
            Subject::Bottom => &self.bottom,
            Subject::Decoder => &self.decoder,
            Subject::BadDecoder | Subject::Constant | Subject::Median | Subject::Mean => {
                return None;
            }
        };
        let errors = match measure.metric {
            Metric::Mae => errors.mae.as_ref(),
            Metric::Mse => errors.mse.as_ref(),
        }?;
        let (value, spread) = match measure.shown {
            Shown::Digit(digit) => (errors.digits?[usize::from(digit)], None),
            Shown::Group(half, Weighting::BySample) => (errors.by_sample?.of(half), None),
            Shown::Group(half, Weighting::OverDigits) => {
                let means = errors.over_digits.or_else(|| errors.digits.map(OfHalves::means))?;
                (means.of(half), errors.spread.map(|spread| spread.of(half)))
            }
        };
        Some(PublishedValue { value, spread })
    }

    /// The published number for a measure. A mean over a group that is known
    /// with one weighting only stands for the other too: MNIST has about as many
    /// samples of each digit, so they hardly differ.
    pub fn value(&self, measure: Measure) -> Option<PublishedValue> {
        let other = match measure.shown {
            Shown::Digit(_) => measure.shown,
            Shown::Group(half, Weighting::BySample) => Shown::Group(half, Weighting::OverDigits),
            Shown::Group(half, Weighting::OverDigits) => Shown::Group(half, Weighting::BySample),
        };
        let other = Measure { shown: other, ..measure };
        self.value_as_published(measure).or_else(|| self.value_as_published(other))
    }

    /// Whether a spread of the publication's own kind comes with its values.
    pub fn has_spread(&self) -> bool {
        let metrics = [&self.top, &self.bottom, &self.decoder];
        let errors = metrics.into_iter().flat_map(|by| [&by.mae, &by.mse]);
        errors.flatten().any(|errors| errors.spread.is_some())
    }
}

/// Everything published that the program knows of.
pub fn published() -> &'static [Published] {
    #[derive(Deserialize)]
    struct File {
        result: Vec<Published>,
    }
    static RESULTS: OnceLock<Vec<Published>> = OnceLock::new();
    RESULTS.get_or_init(|| {
        let file: File =
            toml::from_str(include_str!("published.toml")).expect("published.toml is tested");
        file.result
    })
}
