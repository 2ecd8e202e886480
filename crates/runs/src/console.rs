//! Words to the user on standard error.
//!
//! They are a courtesy. Nobody may read them: the other end of a pipe can be gone, the disk behind
//! it full, the terminal closed. A run goes on all the same, so nothing here fails or panics, as
//! `eprintln!` would; a lint keeps that macro out of this crate.

use std::fmt::Arguments;
use std::io::Write;

/// Writes a line to standard error, if that can be had; arguments as those of `eprintln!`.
macro_rules! say {
    ($($argument:tt)*) => {
        $crate::console::line(format_args!($($argument)*))
    };
}

pub(crate) use say;

pub(crate) fn line(text: Arguments<'_>) {
    // In one piece, or lines of several programs on one terminal would mix.
    let _ = std::io::stderr().lock().write_all(format!("{text}\n").as_bytes());
}
