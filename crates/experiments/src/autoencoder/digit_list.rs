//! Lists of digits in words.

/// Digits as a reader would write them: "0-4" for a run of three or more, "0, 2, 5" else. The
/// order is that of the digits, whatever that of the list.
pub fn digit_list(digits: &[u8]) -> String {
    let mut sorted = digits.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let runs: Vec<String> = sorted
        .chunk_by(|a, b| a + 1 == *b)
        .map(|run| match run {
            [first, _, .., last] => format!("{first}-{last}"),
            _ => run.iter().map(u8::to_string).collect::<Vec<_>>().join(", "),
        })
        .collect();
    if runs.is_empty() { "none".to_owned() } else { runs.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digit_lists_shorten_runs_of_three_or_more() {
        assert_eq!(digit_list(&[4, 3, 2, 1, 0]), "0-4");
        assert_eq!(digit_list(&[0, 1, 5]), "0, 1, 5");
        assert_eq!(digit_list(&[5, 6, 7, 9]), "5-7, 9");
        assert_eq!(digit_list(&[]), "none");
    }
}
