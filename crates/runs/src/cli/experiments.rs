//! `experiments`.

use std::fmt::Write;

use super::catalogue::Entry;
use super::failure::Failure;
use super::print::print;

/// Prints the experiments, a line each.
pub(super) fn run(entries: &[Entry]) -> Result<(), Failure> {
    let mut text = String::new();
    for (i, entry) in entries.iter().enumerate() {
        let default = if i == 0 { " (default)" } else { "" };
        let _ = writeln!(text, "{}{default}: {}", entry.name, entry.description);
    }
    print(&text)
}
