//! Mean and interval over runs.

/// A quantity over the runs of a setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The value of each run, in the order of the runs.
    pub values: Vec<f64>,
    /// Their mean; NaN if one of them is.
    pub mean: f64,
    /// Half the width of the 95 % confidence interval of the mean, by Student's
    /// t with one degree of freedom fewer than there are runs. `None` for a
    /// single run, which says nothing about how far another would be.
    pub half_width: Option<f64>,
}

impl Estimate {
    /// The estimate from one value a run.
    ///
    /// # Panics
    /// When there is no value.
    pub fn over_runs(values: Vec<f64>) -> Self {
        assert!(!values.is_empty(), "an estimate needs at least one run");
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let half_width = (values.len() > 1).then(|| {
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            let deviation = (squares / (n - 1.0)).sqrt();
            t_quantile(values.len() as u32 - 1) * deviation / n.sqrt()
        });
        Self { values, mean, half_width }
    }

    /// Both ends of the interval, where there is one.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.half_width.map(|half| (self.mean - half, self.mean + half))
    }
}

/// The 97.5 % quantile of Student's t: 95 % of the distribution lie between it
/// and its negative.
///
/// # Panics
/// When there are no degrees of freedom.
pub fn t_quantile(degrees: u32) -> f64 {
    assert!(degrees > 0, "Student's t needs at least one degree of freedom");
    // The quantile falls with the degrees, from 12.7 for one of them.
    let (mut low, mut high) = (0.0, 16.0);
    for _ in 0..64 {
        let middle = (low + high) / 2.0;
        if central_share(middle, degrees) < 0.95 { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// The share of Student's t between -t and t, by the finite sums of Abramowitz
/// and Stegun 26.7.3 and 26.7.4, which are exact for whole degrees of freedom.
fn central_share(t: f64, degrees: u32) -> f64 {
    let angle = (t / f64::from(degrees).sqrt()).atan();
    let (sin, cos) = angle.sin_cos();
    // Factors k/(k+1) for odd k and even degrees, and the other way round.
    let odd = degrees % 2 == 1;
    let (mut term, mut sum) = if odd { (cos, cos) } else { (1.0, 1.0) };
    for k in (if odd { 2 } else { 1 }..degrees - 1).step_by(2) {
        term *= cos * cos * f64::from(k) / f64::from(k + 1);
        sum += term;
    }
    match degrees {
        1 => angle / std::f64::consts::FRAC_PI_2,
        _ if odd => (angle + sin * sum) / std::f64::consts::FRAC_PI_2,
        _ => sin * sum,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn t_quantiles_are_those_of_the_printed_tables() {
        for (degrees, expected) in [
            (1, 12.706),
            (2, 4.303),
            (3, 3.182),
            (4, 2.776),
            (5, 2.571),
            (9, 2.262),
            (10, 2.228),
            (19, 2.093),
            (20, 2.086),
            (30, 2.042),
            (120, 1.980),
            (100_000, 1.960),
        ] {
            let found = t_quantile(degrees);
            assert!((found - expected).abs() < 5.1e-4, "{degrees} degrees: {found}");
        }
    }

    #[test]
    fn two_runs_have_an_interval_of_six_times_their_distance_to_each_side() {
        // s/sqrt(2) is half the distance, times 12.706.
        let estimate = Estimate::over_runs(vec![0.3, 0.4]);
        assert!((estimate.mean - 0.35).abs() < 1e-15);
        assert!((estimate.half_width.unwrap() - 12.7062 * 0.05).abs() < 1e-5);
    }

    #[test]
    fn a_single_run_has_a_mean_and_no_interval() {
        let estimate = Estimate::over_runs(vec![0.25]);
        assert_eq!((estimate.mean, estimate.half_width, estimate.interval()), (0.25, None, None));
    }

    #[test]
    fn equal_runs_have_an_interval_of_no_width() {
        assert_eq!(Estimate::over_runs(vec![0.5; 4]).interval(), Some((0.5, 0.5)));
    }

    #[test]
    fn a_run_that_is_not_a_number_makes_no_number_up() {
        let estimate = Estimate::over_runs(vec![0.5, f64::NAN, 0.4]);
        assert!(estimate.mean.is_nan() && estimate.half_width.unwrap().is_nan());
    }

    proptest! {
        #[test]
        fn the_interval_follows_shift_and_scale_and_not_the_order_of_runs(
            values in proptest::collection::vec(0.0f64..1.0, 2..12),
            shift in -3.0f64..3.0,
            scale in 0.1f64..10.0,
        ) {
            let plain = Estimate::over_runs(values.clone());
            let moved = values.iter().rev().map(|v| v * scale + shift).collect();
            let moved = Estimate::over_runs(moved);
            prop_assert!((moved.mean - (plain.mean * scale + shift)).abs() < 1e-12);
            let (plain, moved) = (plain.half_width.unwrap(), moved.half_width.unwrap());
            prop_assert!((moved - plain * scale).abs() < 1e-11);
        }

        #[test]
        fn quantiles_fall_with_the_degrees_and_stay_above_the_normal_one(degrees in 1u32..400) {
            let (here, next) = (t_quantile(degrees), t_quantile(degrees + 1));
            prop_assert!(next < here && next > 1.959_96);
        }

        #[test]
        fn the_share_between_both_quantiles_is_95_percent_by_numerical_integration(
            degrees in 1u32..60,
        ) {
            // The density without its constant, by Simpson's rule over the angle
            // that maps the whole line to (-pi/2, pi/2).
            let density = |angle: f64| angle.cos().powi(degrees as i32 - 1);
            let integral = |end: f64| {
                let steps = 4000;
                let h = end / f64::from(steps);
                let weight = |i| if i == 0 || i == steps { 1.0 } else { 2.0 + 2.0 * f64::from(i % 2) };
                (0..=steps).map(|i| weight(i) * density(f64::from(i) * h)).sum::<f64>() * h / 3.0
            };
            let quantile = (t_quantile(degrees) / f64::from(degrees).sqrt()).atan();
            let share = integral(quantile) / integral(std::f64::consts::FRAC_PI_2);
            prop_assert!((share - 0.95).abs() < 1e-9, "{share}");
        }
    }
}
