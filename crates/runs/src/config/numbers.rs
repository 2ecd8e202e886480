//! Numbers that training, which is in 32 bits, could not hold.

use toml::{Table, Value};

use super::error::ConfigError;
use super::range::require;

/// Refuses a fraction anywhere in a configuration that would become 0, lose its digits or become
/// infinite in 32 bits: a run with it would do something else than its configuration says.
///
/// # Errors
/// The first such key.
pub(super) fn check(table: &Table) -> Result<(), ConfigError> {
    table.iter().try_for_each(|(key, value)| check_value(key, value))
}

/// Whether 32 bits hold a number with all digits that they have: 0, or neither too small nor too
/// large.
pub fn fits_32_bits(number: f64) -> bool {
    let held = f64::from(f32::MIN_POSITIVE)..=f64::from(f32::MAX);
    number == 0.0 || held.contains(&number.abs())
}

fn check_value(key: &str, value: &Value) -> Result<(), ConfigError> {
    match value {
        Value::Float(number) => {
            let held = fits_32_bits(*number);
            let expected = "0, or a number from 1.2e-38 to 3.4e38 in size, as 32 bits hold it";
            require(held, key, number, expected)
        }
        Value::Table(table) => table
            .iter()
            .try_for_each(|(inner, value)| check_value(&format!("{key}.{inner}"), value)),
        Value::Array(values) => values
            .iter()
            .enumerate()
            .try_for_each(|(i, value)| check_value(&format!("{key}[{i}]"), value)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<String> {
        check(&text.parse().unwrap()).err().map(|error| error.to_string())
    }

    #[test]
    fn numbers_that_32_bits_cannot_hold_are_refused_wherever_they_stand() {
        for fine in ["a = 0.0", "a = -1.5e-38\nb = 1.2e-38", "a = 3.4e38", "a = [1, 2.5]", "a = 7"]
        {
            assert_eq!(refused(fine), None, "{fine}");
        }
        for (text, key) in [
            ("a = 1e-60", "`a` is 1e-60"),
            ("[o]\nlr = -1e-40", "`o.lr` is -1e-40"),
            ("[o]\nw = [1.0, [2.0, 1e39]]", "`o.w[1][1]` is 1e39"),
            ("a = inf", "`a` is inf"),
            ("a = [{ b = nan }]", "`a[0].b` is NaN"),
        ] {
            let message = refused(text).unwrap_or_else(|| panic!("{text} is taken"));
            assert!(message.contains(key) && message.contains("3.4e38"), "{message}");
        }
    }
}
