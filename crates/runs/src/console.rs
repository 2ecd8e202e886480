//! Words to the user on standard error.
//!
//! They are a courtesy. Nobody may read them: the other end of a pipe can be gone, the disk behind
//! it full, the terminal closed. A run goes on all the same, so nothing here fails or panics, as
//! `eprintln!` would; a lint keeps that macro out of this crate.

use std::borrow::Cow;
use std::fmt::Arguments;
use std::io::{IsTerminal, Write};
use std::path::Path;

/// Writes a line to standard error, if that can be had; arguments as those of `eprintln!`.
macro_rules! say {
    ($($argument:tt)*) => {
        $crate::console::line(format_args!($($argument)*))
    };
}

pub(crate) use say;

pub(crate) fn line(text: Arguments<'_>) {
    let error = std::io::stderr().lock();
    let text = text.to_string();
    let text = format!("{}\n", fitted_to(&error, &text));
    // In one piece, or lines of several programs on one terminal would mix.
    let _ = { error }.write_all(text.as_bytes());
}

/// Text as it is to be written to `stream`: as [`fitted`] where that is a terminal.
pub(crate) fn fitted_to<'t>(stream: &impl IsTerminal, text: &'t str) -> Cow<'t, str> {
    match stream.is_terminal() {
        true => fitted(text, textwrap::termwidth()),
        false => Cow::Borrowed(text),
    }
}

/// Text for a terminal of so many columns: broken between words, so that the terminal does not
/// break within one. What is longer than a line by itself, such as a path, stays whole.
fn fitted(text: &str, columns: usize) -> Cow<'_, str> {
    let options = textwrap::Options::new(columns.max(20))
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    match text.lines().all(|line| line.len() <= columns) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(textwrap::fill(text, options)),
    }
}

/// A path as a shell takes it back.
pub(crate) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_between_words_and_paths_are_not_broken() {
        let path = "runs/a-very-long-name/checkpoints/step-00000012.safetensors";
        let text = format!("error: {path} is damaged, take the one before\n  because: it is");
        assert_eq!(fitted(&text, 200), text);
        let fitted = fitted(&text, 24);
        assert_eq!(
            fitted.lines().collect::<Vec<_>>(),
            ["error:", path, "is damaged, take the one", "before", "  because: it is"]
        );
    }
}
