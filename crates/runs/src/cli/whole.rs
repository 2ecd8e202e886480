//! Whole numbers on the command line.

/// A whole number, refused in words where it is none.
pub(super) fn at_least<const LEAST: i64>(text: &str) -> Result<i64, String> {
    let number = text.parse().ok().filter(|&number: &i64| number >= LEAST);
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    number.ok_or_else(|| match digits && text.parse::<i64>().is_err() {
        true => format!("expected a whole number that is at most {}", i64::MAX),
        false => format!("expected a whole number, {LEAST} or more"),
    })
}
