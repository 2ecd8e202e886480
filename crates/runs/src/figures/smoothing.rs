//! The running mean behind the thick curves.

use super::axis::shown;

/// Fewest steps that are worth smoothing.
const FEWEST: usize = 400;

/// Steps on each side that a running mean over `steps` values takes in; none for few values.
pub(super) fn window(steps: usize) -> Option<usize> {
    (steps >= FEWEST).then(|| (steps / 300).max(3))
}

/// The geometric mean of the values up to `half` steps away on each side, NaN where the value
/// itself can't be shown.
///
/// At the start the window is as short ahead as it is behind, so the curve starts on the first
/// value, which may be several times the next ones. At the end it only loses what lies beyond:
/// a last value that is unlike the others, such as that of a smaller batch, doesn't bend it.
///
/// Sums of logarithms stay small, so one diverged value leaves no rounding
/// error behind, as it would in running sums of the values.
pub(super) fn running_geometric_mean(values: &[f32], half: usize) -> Vec<f32> {
    let mut sums = vec![(0.0f64, 0usize)];
    let (mut sum, mut count) = (0.0, 0);
    for value in values {
        if shown(*value) {
            sum += f64::from(*value).ln();
            count += 1;
        }
        sums.push((sum, count));
    }
    let mean = |(i, value): (usize, &f32)| {
        if !shown(*value) {
            return f32::NAN;
        }
        let reach = half.min(i);
        let (before, after) = (sums[i - reach], sums[(i + reach + 1).min(values.len())]);
        ((after.0 - before.0) / (after.1 - before.1) as f64).exp() as f32
    };
    values.iter().enumerate().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_mean_lies_between_the_least_and_the_greatest_value(
            values in proptest::collection::vec(1e-6f32..1e6, 1..60), half in 0usize..20,
        ) {
            let low = values.iter().copied().fold(f32::INFINITY, f32::min) * 0.9999;
            let high = values.iter().copied().fold(0.0, f32::max) * 1.0001;
            let means = running_geometric_mean(&values, half);
            prop_assert!(means.iter().all(|m| (low..=high).contains(m)));
        }
    }

    #[test]
    fn the_mean_starts_on_the_first_value_and_skips_what_cannot_be_shown() {
        let means = running_geometric_mean(&[3.0, 1.0, f32::NAN, 4.0, 0.0, 9.0, 5.0], 1);
        let expected = [3.0, 3f32.sqrt(), f32::NAN, 4.0, f32::NAN, 45f32.sqrt(), 45f32.sqrt()];
        for (mean, expected) in means.iter().zip(expected) {
            assert!((mean - expected).abs() < 1e-5 || (mean.is_nan() && expected.is_nan()));
        }
    }
}
