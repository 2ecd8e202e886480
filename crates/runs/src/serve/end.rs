//! The last lines of a log, without reading the others.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use serde::de::DeserializeOwned;

/// How much of a file's end is read: some hundred lines of a step.
const END: u64 = 64 * 1024;

/// The last finished lines, as far as they can be read, in their order.
pub(super) fn lines<T: DeserializeOwned>(file: &Path) -> Vec<T> {
    let read = || {
        let mut file = File::open(file).ok()?;
        let length = file.metadata().ok()?.len();
        let from = length.saturating_sub(END);
        file.seek(SeekFrom::Start(from)).ok()?;
        let mut end = Vec::new();
        file.take(END).read_to_end(&mut end).ok()?;
        let whole = end.iter().rposition(|&byte| byte == b'\n')?;
        // What the piece begins with is a line's end.
        let begun = match from {
            0 => 0,
            _ => end.iter().position(|&byte| byte == b'\n')? + 1,
        };
        let lines = end.get(begun..whole)?.split(|&byte| byte == b'\n');
        Some(lines.filter_map(|line| serde_json::from_slice(line).ok()).collect())
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_those_that_are_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        assert!(lines::<u64>(&path).is_empty());
        for (text, expected) in
            [("", &[][..]), ("1", &[]), ("1\n", &[1]), ("1\n2\nbad\n3\n4", &[1, 2, 3])]
        {
            std::fs::write(&path, text).unwrap();
            assert_eq!(lines::<u64>(&path), expected, "{text:?}");
        }
        std::fs::write(&path, "1234567\n".repeat(100_000)).unwrap();
        let end = lines::<u64>(&path);
        assert_eq!(end.len(), END as usize / 8 - 1);
        assert!(end.iter().all(|&line| line == 1_234_567));
    }
}
