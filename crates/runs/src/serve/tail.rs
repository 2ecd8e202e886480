//! A log that is followed while it grows.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

/// The most that is read at once.
const PIECE: u64 = 1 << 22;
/// How much before its place a tail remembers, to know the file again.
const REMEMBERED: usize = 256;

/// How far a log has been read.
#[derive(Debug)]
pub(super) struct Tail {
    path: PathBuf,
    offset: u64,
    /// The bytes before `offset`.
    before: Vec<u8>,
}

/// What a look at a log found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Grown {
    /// Whether what was read before is no longer so: the log was cut back, as a run's is that goes on
    /// from a checkpoint, or is another one. All is read again from its beginning.
    pub again: bool,
    /// New finished lines, each with its line break.
    pub lines: Vec<u8>,
    /// Whether there is more to be read already.
    pub more: bool,
}

impl Tail {
    /// The log at `path`, which need not be there yet, from its beginning.
    pub fn new(path: PathBuf) -> Self {
        Self { path, offset: 0, before: Vec::new() }
    }

    /// Reads on.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn read(&mut self) -> io::Result<Grown> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Grown { again: self.restart(), ..Grown::default() });
            }
            Err(error) => return Err(error),
        };
        let length = file.metadata()?.len();
        let again = (length < self.offset || !self.is_known(&mut file)?) && self.restart();
        file.seek(SeekFrom::Start(self.offset))?;
        let mut lines = Vec::new();
        file.take(PIECE).read_to_end(&mut lines)?;
        let whole = lines.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        if whole == 0 && lines.len() as u64 == PIECE {
            let (path, offset) = (self.path.display(), self.offset);
            return Err(io::Error::other(format!(
                "{path}, byte {offset}: a line of more than {PIECE} bytes, which no run writes"
            )));
        }
        // A line that is being written, or was never finished.
        lines.truncate(whole);
        self.offset += lines.len() as u64;
        self.before.extend_from_slice(&lines[lines.len().saturating_sub(REMEMBERED)..]);
        self.before.drain(..self.before.len().saturating_sub(REMEMBERED));
        // What is left may be an unfinished line.
        let more = !lines.is_empty() && length > self.offset;
        Ok(Grown { again, lines, more })
    }

    /// Whether the file still has what was read last at its place.
    fn is_known(&self, file: &mut File) -> io::Result<bool> {
        let mut found = vec![0; self.before.len()];
        file.seek(SeekFrom::Start(self.offset - found.len() as u64))?;
        file.read_exact(&mut found)?;
        Ok(found == self.before)
    }

    /// Goes back to the beginning; whether anything had been read.
    fn restart(&mut self) -> bool {
        self.before.clear();
        std::mem::take(&mut self.offset) > 0
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::io::Write;

    use super::*;

    fn lines(text: &str) -> Grown {
        Grown { lines: text.into(), ..Grown::default() }
    }

    #[test]
    fn only_finished_lines_are_seen_and_each_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut tail = Tail::new(path.clone());
        assert_eq!(tail.read().unwrap(), lines(""));
        fs::write(&path, "{\"step\":0}\n{\"st").unwrap();
        assert_eq!(tail.read().unwrap(), Grown { more: true, ..lines("{\"step\":0}\n") });
        assert_eq!(tail.read().unwrap(), lines(""));
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"ep\":1}\n").unwrap();
        assert_eq!(tail.read().unwrap(), lines("{\"step\":1}\n"));
    }

    #[test]
    fn a_log_that_was_cut_back_is_read_again_even_if_it_has_grown_since() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut tail = Tail::new(path.clone());
        fs::write(&path, "0\n1\n2\n").unwrap();
        tail.read().unwrap();
        for text in ["0\n", "0\n1\n9\n10\n", ""] {
            fs::write(&path, text).unwrap();
            assert_eq!(tail.read().unwrap(), Grown { again: true, ..lines(text) });
            fs::write(&path, "0\n1\n2\n").unwrap();
            tail.read().unwrap();
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(tail.read().unwrap(), Grown { again: true, ..lines("") });
    }

    #[test]
    fn a_long_log_comes_in_pieces_of_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let text = "0123456789abcde\n".repeat(PIECE as usize / 16 + 3);
        fs::write(&path, &text).unwrap();
        let (mut tail, mut read) = (Tail::new(path), Vec::new());
        loop {
            let grown = tail.read().unwrap();
            assert!(grown.lines.ends_with(b"\n") && !grown.again);
            read.extend(grown.lines);
            if !grown.more {
                break;
            }
        }
        assert!(read == text.as_bytes());
    }
}
