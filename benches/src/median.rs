//! The middle of some measurements.

/// The median; of an even number the mean of the two in the middle. Sorts `values`.
///
/// # Panics
/// If there are none.
pub fn median(values: &mut [f64]) -> f64 {
    assert!(!values.is_empty(), "no measurement has no median");
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_values_are_on_each_side() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&mut [7.0]), 7.0);
    }
}
