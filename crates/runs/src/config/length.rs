//! The line of one key in the text of a `config.toml`: by the rest of the text a run is known, and
//! with another value there it is the same run, longer.

use std::ops::Range;

/// The value of `key`, such as `train.epochs`, as it is written.
pub(crate) fn value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let line = &text[line_of(text, key)?];
    line.split_once('=').map(|(_, value)| value.trim())
}

/// The text without the line of `key`.
pub(crate) fn without(text: &str, key: &str) -> String {
    let mut text = text.to_owned();
    if let Some(line) = line_of(&text, key) {
        text.replace_range(line, "");
    }
    text
}

/// The text with another value of `key`; `None` if it does not have the key.
pub(crate) fn with(text: &str, key: &str, value: &str) -> Option<String> {
    let line = line_of(text, key)?;
    let (_, name) = split(key);
    Some(format!("{}{name} = {value}\n{}", &text[..line.start], &text[line.end..]))
}

/// Section and name of a key; keys before all sections have the section "".
fn split(key: &str) -> (&str, &str) {
    key.rsplit_once('.').unwrap_or(("", key))
}

/// Where the line of a key is, as this program writes configurations.
fn line_of(text: &str, key: &str) -> Option<Range<usize>> {
    let (section, name) = split(key);
    let header = if section.is_empty() { String::new() } else { format!("[{section}]") };
    let start = format!("{name} = ");
    let (mut here, mut offset) = ("", 0);
    for line in text.split_inclusive('\n') {
        let range = offset..offset + line.len();
        offset = range.end;
        if line.starts_with('[') {
            here = line.trim_end();
        } else if here == header && line.starts_with(&start) {
            return Some(range);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# A comment\nepochs = 9\n[other]\nepochs = 3\n[train]\nbatch = 2\nepochs = 4\nseed = 0\n";

    #[test]
    fn a_key_is_found_in_its_section_and_at_the_top() {
        assert_eq!(value(TEXT, "train.epochs"), Some("4"));
        assert_eq!(value(TEXT, "epochs"), Some("9"));
        assert_eq!(value(TEXT, "train.steps"), None);
        assert_eq!(value(TEXT, "seed"), None, "it is in a section");
    }

    #[test]
    fn only_the_line_of_the_key_changes() {
        let changed = with(TEXT, "train.epochs", "5").unwrap();
        assert_eq!(changed, TEXT.replace("epochs = 4", "epochs = 5"));
        assert_eq!(with(TEXT, "epochs", "7").unwrap(), TEXT.replace("epochs = 9", "epochs = 7"));
        assert_eq!(with(TEXT, "train.steps", "7"), None);
        assert_eq!(without(TEXT, "train.epochs"), TEXT.replace("epochs = 4\n", ""));
        assert_eq!(without(TEXT, "train.steps"), TEXT);
    }
}
