//! Files of one JSON value a line, that grow while a run goes on.
//!
//! A line counts once its line break is there: a reader leaves out an
//! unfinished last line, which is what a killed run can leave behind.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::digest::{FileDigest, Hasher};
use super::disk::{self, Disk};
use super::file_error::FileError;
use super::json::{MAX_JSON_BYTES, too_large};

/// The longest line that is read, in bytes.
const MAX_LINE: u64 = MAX_JSON_BYTES;

/// Lines are written together, up to so many bytes of them.
const BUFFER: usize = 1 << 14;

/// Lines that are older than this are written with the next one.
const LONGEST_WAIT: Duration = Duration::from_millis(250);

/// Writes values of type `T`, a line each. Lines wait for each other for a quarter of a second,
/// since a call to the system for each would cost more than a short step.
#[derive(Debug)]
pub struct JsonLinesWriter<T> {
    path: PathBuf,
    file: Hasher<Disk<File>>,
    /// Whole lines that are not written yet.
    waiting: Vec<u8>,
    written: Instant,
    values: PhantomData<fn(&T)>,
}

impl<T: Serialize> JsonLinesWriter<T> {
    /// Starts a new file.
    ///
    /// # Errors
    /// When the file is there already or can't be made.
    pub fn create(path: &Path) -> Result<Self, FileError> {
        let file = disk::open(OpenOptions::new().write(true).create_new(true), path)
            .map_err(FileError::of("create", path))?;
        Ok(Self::new(path, Hasher::new(Disk(file))))
    }

    /// Cuts a file back to the beginning that was seen when `start` was taken,
    /// and goes on there. Of an empty beginning there need be no file.
    ///
    /// # Errors
    /// When the file can't be written, or does not begin like that; it is then
    /// as it was.
    pub fn resume(path: &Path, start: &FileDigest) -> Result<Self, FileError> {
        let failed = || FileError::of("go on with", path);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(start.bytes == 0);
        let file = disk::open(&options, path).map_err(failed())?;
        // Hashed while it is read, so that the hash goes on from there.
        let mut hasher = Hasher::new((&file).take(start.bytes));
        io::copy(&mut hasher, &mut io::sink()).map_err(failed())?;
        let found = hasher.digest();
        if found != *start {
            return Err(failed()(io::Error::other(format!(
                "its first {} bytes have SHA-256 {}, expected {} bytes with {}; the file is \
                 damaged",
                found.bytes, found.sha256, start.bytes, start.sha256
            ))));
        }
        let hasher = hasher.map(|_| ());
        disk::cut(&file, start.bytes).map_err(failed())?;
        (&file).seek(SeekFrom::Start(start.bytes)).map_err(failed())?;
        Ok(Self::new(path, hasher.map(|()| Disk(file))))
    }

    fn new(path: &Path, file: Hasher<Disk<File>>) -> Self {
        let (waiting, written) = (Vec::new(), Instant::now());
        Self { path: path.to_owned(), file, waiting, written, values: PhantomData }
    }

    /// Takes one line. The file only ever grows by whole lines, so whoever follows it sees no
    /// other.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&mut self, value: &T) -> Result<(), FileError> {
        let failed = |error| FileError::of("write a line to", &self.path)(error);
        let before = self.waiting.len();
        serde_json::to_writer(&mut self.waiting, value).map_err(|error| failed(error.into()))?;
        let length = (self.waiting.len() - before) as u64;
        if length + 1 >= MAX_LINE {
            self.waiting.truncate(before);
            return Err(failed(too_large(length)));
        }
        self.waiting.push(b'\n');
        if self.waiting.len() >= BUFFER || self.written.elapsed() >= LONGEST_WAIT {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes the lines that wait.
    ///
    /// # Errors
    /// When they can't be written.
    pub fn flush(&mut self) -> Result<(), FileError> {
        self.written = Instant::now();
        if self.waiting.is_empty() {
            return Ok(());
        }
        self.file.write_all(&self.waiting).map_err(FileError::of("write to", &self.path))?;
        self.waiting.clear();
        Ok(())
    }

    /// Length and hash of all lines that are written.
    pub fn digest(&self) -> FileDigest {
        self.file.digest()
    }

    /// Writes the lines that wait, and waits until everything is on the disk.
    ///
    /// # Errors
    /// When the system reports a failure.
    pub fn sync(&mut self) -> Result<(), FileError> {
        self.flush()?;
        let Disk(file) = self.file.get_ref();
        disk::sync(file).map_err(FileError::of("write out", &self.path))
    }
}

/// Why a file of lines could not be read.
#[derive(Debug, thiserror::Error)]
pub enum JsonLinesError {
    /// The file can't be opened or read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A line is not what it should be.
    #[error(
        "{}, line {line} (byte {offset}): {message}; the file is damaged or of another version of \
         this program", file.display()
    )]
    Line {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Where it begins.
        offset: u64,
        /// What is wrong with it.
        message: String,
    },
}

/// Reads all finished lines.
///
/// # Errors
/// When the file can't be read, or a line is too long or no `T`.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, JsonLinesError> {
    parse(path, File::open(path).map_err(FileError::of("open", path))?)
}

/// Reads all finished lines from `reader`; `path` names it in errors.
///
/// # Errors
/// As [`read`].
pub fn parse<T: DeserializeOwned>(
    path: &Path,
    reader: impl Read,
) -> Result<Vec<T>, JsonLinesError> {
    let mut reader = BufReader::new(reader);
    let (mut values, mut offset, mut line) = (Vec::new(), 0u64, Vec::new());
    loop {
        line.clear();
        (&mut reader)
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)
            .map_err(FileError::of("read", path))?;
        let bad = |message: String| JsonLinesError::Line {
            file: path.to_owned(),
            line: values.len() + 1,
            offset,
            message,
        };
        if line.last() != Some(&b'\n') {
            if line.len() as u64 == MAX_LINE {
                return Err(bad(format!("the line has {MAX_LINE} bytes or more")));
            }
            return Ok(values);
        }
        let value = serde_json::from_slice(&line).map_err(|error| bad(error.to_string()))?;
        values.push(value);
        offset += line.len() as u64;
    }
}

#[cfg(test)]
mod tests;
