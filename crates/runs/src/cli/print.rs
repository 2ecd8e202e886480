//! Printing to standard output.

use std::io::Write;

use super::failure::Failure;

/// Prints to standard output; unlike `println!` it does not panic when the reader of a pipe has
/// gone.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Failure::output)
}
