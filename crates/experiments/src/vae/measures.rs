//! The numbers by which runs are compared.

use gradroute_runs::Measure;

use super::evaluation::Results;

/// Accuracy, error, and how many dims and digits are what they should be.
pub fn measures(results: &Results) -> Vec<Measure> {
    vec![
        Measure::new(
            "argmax_accuracy",
            "share of test images whose largest mean is in their digit's dim",
            results.accuracy(),
        )
        .with_floor(results.floor()),
        Measure::new(
            "squared_error",
            "squared distance of a test image and its reconstruction, with noise",
            results.squared_error,
        )
        .with_floor(results.squared_error_of_mean_image),
        Measure::new(
            "decodes_right",
            "dims, of ten, whose image is nearest to their digit's mean image",
            results.decodes_right() as f64,
        ),
        Measure::new(
            "digits_missing",
            "digits with less than a tenth of their test images named rightly",
            results.missing().len() as f64,
        ),
    ]
}
