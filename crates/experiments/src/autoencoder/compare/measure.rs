//! The quantities that settings are compared by.

use crate::autoencoder::evaluation::{DecoderErrors, GroupErrors, GroupMean, Results};
use crate::autoencoder::halves::Half;

/// What makes the images whose errors are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The certificate on the top half.
    Top,
    /// The certificate on the bottom half.
    Bottom,
    /// The decoder.
    Decoder,
    /// The second decoder, which the term `bad` trains.
    BadDecoder,
    /// The image with every pixel at -1, which knows nothing.
    Constant,
    /// The training set's median image, which knows nothing.
    Median,
    /// The training set's mean image, which knows nothing.
    Mean,
}

impl Subject {
    /// What a model learned.
    pub const MODELS: [Subject; 4] =
        [Subject::Top, Subject::Bottom, Subject::Decoder, Subject::BadDecoder];
    /// What can be had without looking.
    pub const FLOORS: [Subject; 3] = [Subject::Constant, Subject::Median, Subject::Mean];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Subject::Top => "top certificate",
            Subject::Bottom => "bottom certificate",
            Subject::Decoder => "decoder",
            Subject::BadDecoder => "second decoder",
            Subject::Constant => "all pixels -1",
            Subject::Median => "median image",
            Subject::Mean => "mean image",
        }
    }

    /// Its errors, if it is there.
    pub fn errors(self, results: &Results) -> Option<&DecoderErrors> {
        Some(match self {
            Subject::Top => &results.top,
            Subject::Bottom => &results.bottom,
            Subject::Decoder => &results.decoder,
            Subject::BadDecoder => return results.bad_decoder.as_ref(),
            Subject::Constant => &results.floors.constant,
            Subject::Median => &results.floors.median,
            Subject::Mean => &results.floors.mean,
        })
    }
}

/// A formula for the error of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Mean absolute error over the pixels.
    Mae,
    /// Mean squared error over the pixels.
    Mse,
}

impl Metric {
    /// Both.
    pub const BOTH: [Metric; 2] = [Metric::Mae, Metric::Mse];

    /// "MAE" or "MSE".
    pub fn name(self) -> &'static str {
        match self {
            Metric::Mae => "MAE",
            Metric::Mse => "MSE",
        }
    }

    /// Constant images that an error by this metric is read against: the one
    /// that a decoder trained by MAE draws when it knows nothing, and the one
    /// that is best by the metric itself.
    pub fn floors(self) -> &'static [Subject] {
        match self {
            Metric::Mae => &[Subject::Median],
            Metric::Mse => &[Subject::Median, Subject::Mean],
        }
    }
}

/// How a mean over a group of digits is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighting {
    /// Every test sample counts the same.
    BySample,
    /// Every digit counts the same.
    OverDigits,
}

impl Weighting {
    /// Both.
    pub const BOTH: [Weighting; 2] = [Weighting::BySample, Weighting::OverDigits];

    /// "by sample" or "over digits".
    pub fn name(self) -> &'static str {
        match self {
            Weighting::BySample => "by sample",
            Weighting::OverDigits => "over digits",
        }
    }
}

/// Which test images are taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Those of one digit.
    Digit(u8),
    /// Those of the digits of one half.
    Group(Half, Weighting),
}

/// One number of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Whose error.
    pub subject: Subject,
    /// By which formula.
    pub metric: Metric,
    /// On which images.
    pub shown: Shown,
}

impl Measure {
    /// The number; NaN where the test set shows no such digit, or there is no such decoder.
    pub fn of(self, results: &Results) -> f64 {
        let Some(errors) = self.subject.errors(results) else { return f64::NAN };
        match self.shown {
            Shown::Digit(digit) => match self.metric {
                Metric::Mae => errors.mae[usize::from(digit)],
                Metric::Mse => errors.mse[usize::from(digit)],
            },
            Shown::Group(half, weighting) => {
                let mean = self.metric_of(errors.groups.of(half));
                match weighting {
                    Weighting::BySample => mean.by_sample,
                    Weighting::OverDigits => mean.over_digits,
                }
            }
        }
    }

    fn metric_of(self, group: &GroupErrors) -> GroupMean {
        match self.metric {
            Metric::Mae => group.mae,
            Metric::Mse => group.mse,
        }
    }
}
