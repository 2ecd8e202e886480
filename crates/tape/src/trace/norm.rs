//! Euclidean norms of numbers of any size.

/// The Euclidean norm: 0 only if all numbers are exactly 0, even where their squares vanish; NaN if one is
/// NaN.
///
/// ```
/// use gradroute_tape::norm;
///
/// assert_eq!(norm([3.0, -4.0].into_iter()), 5.0);
/// assert!(norm([3e-200, 4e-200].into_iter()) > 0.0);
/// ```
pub fn norm(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let plain = numbers.clone().map(|v| v * v).sum::<f64>().sqrt();
    if plain > 1e-150 && plain.is_finite() || plain.is_nan() {
        return plain;
    }
    let largest = numbers.clone().fold(0.0, |largest: f64, v| largest.max(v.abs()));
    if largest == 0.0 || largest.is_infinite() {
        return largest;
    }
    largest * numbers.map(|v| (v / largest).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::norm;

    #[test]
    fn a_norm_is_0_for_zeros_alone() {
        assert_eq!(norm([3.0, -4.0].into_iter()), 5.0);
        assert_eq!(norm([0.0, -0.0].into_iter()), 0.0);
        assert!((norm([3e-200, 4e-200].into_iter()) - 5e-200).abs() < 1e-210);
        assert!((norm([3e200, 4e200].into_iter()) / 5e200 - 1.0).abs() < 1e-12);
        assert!(norm([f64::NAN].into_iter()).is_nan());
    }
}
