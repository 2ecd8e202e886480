//! The running mean behind the thick curves.

use super::axis::Axis;

/// Fewest steps that are worth smoothing.
const FEWEST: usize = 400;

/// Steps on each side that a running mean over `steps` values takes in; none for few values.
pub(super) fn window(steps: usize) -> Option<usize> {
    (steps >= FEWEST).then(|| (steps / 300).max(3))
}

/// The mean of the values up to `half` steps away on each side, geometric on a logarithmic axis;
/// NaN where the axis can't hold the value itself.
///
/// At the start the window is as short ahead as it is behind, so the curve starts on the first
/// value, which may be several times the next ones. At the end it only loses what lies beyond:
/// a last value that is unlike the others, such as that of a smaller batch, doesn't bend it.
///
/// Sums of logarithms stay small, so one diverged value leaves no rounding
/// error behind, as it would in running sums of the values. On a linear axis such an error is
/// small beside the value that made it, and so beside the axis.
pub(super) fn running_mean(values: &[f32], half: usize, axis: &Axis) -> Vec<f32> {
    let mut sums = vec![(0.0f64, 0usize)];
    let (mut sum, mut count) = (0.0, 0);
    for value in values {
        if axis.holds(*value) {
            let value = f64::from(*value);
            sum += if axis.logarithmic { value.ln() } else { value };
            count += 1;
        }
        sums.push((sum, count));
    }
    let mean = |(i, value): (usize, &f32)| {
        if !axis.holds(*value) {
            return f32::NAN;
        }
        let reach = half.min(i);
        let (before, after) = (sums[i - reach], sums[(i + reach + 1).min(values.len())]);
        let mean = (after.0 - before.0) / (after.1 - before.1) as f64;
        (if axis.logarithmic { mean.exp() } else { mean }) as f32
    };
    values.iter().enumerate().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The means on the axis that the values have.
    fn means(values: &[f32], half: usize) -> Vec<f32> {
        running_mean(values, half, &Axis::of(values.iter().copied(), 5))
    }

    proptest! {
        #[test]
        fn each_mean_lies_between_the_least_and_the_greatest_value(
            values in proptest::collection::vec(1e-6f32..1e6, 1..60), half in 0usize..20,
            shift in prop_oneof![Just(0.0f32), Just(1e6)],
        ) {
            // Shifted below 0, values have a linear axis.
            let values: Vec<f32> = values.iter().map(|value| value - shift).collect();
            let low = values.iter().copied().fold(f32::INFINITY, f32::min);
            let high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let air = low.abs().max(high.abs()) * 1e-4;
            let means = means(&values, half);
            prop_assert!(means.iter().all(|m| (low - air..=high + air).contains(m)));
        }
    }

    #[test]
    fn the_mean_starts_on_the_first_value_and_skips_what_cannot_be_shown() {
        let close = |found: Vec<f32>, expected: &[f32]| {
            for (mean, expected) in found.iter().zip(expected) {
                assert!((mean - expected).abs() < 1e-5 || (mean.is_nan() && expected.is_nan()));
            }
        };
        let found = means(&[3.0, 1.0, f32::NAN, 4.0, f32::INFINITY, 9.0, 5.0], 1);
        let (nan, root) = (f32::NAN, 45f32.sqrt());
        close(found, &[3.0, 3f32.sqrt(), nan, 4.0, nan, root, root]);
        let found = means(&[3.0, 1.0, f32::NAN, 4.0, 0.0, -9.0, 5.0], 1);
        close(found, &[3.0, 2.0, nan, 2.0, -5.0 / 3.0, -4.0 / 3.0, -2.0]);
    }
}
