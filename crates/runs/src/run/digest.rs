//! Length and SHA-256 of files, and of the beginnings of files that grow.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::file_error::FileError;

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a file, or its beginning, must be to the byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

impl FileDigest {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new(io::sink());
        hasher.write_all(bytes).expect("a sink takes everything");
        hasher.digest()
    }

    /// Of a whole file.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn of_file(path: &Path) -> Result<Self, FileError> {
        Self::of_start(path, u64::MAX)
    }

    /// Of a file's first `bytes` bytes, or of all if it has fewer.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn of_start(path: &Path, bytes: u64) -> Result<Self, FileError> {
        let mut hasher = Hasher::new(io::sink());
        let mut read = || io::copy(&mut File::open(path)?.take(bytes), &mut hasher);
        read().map_err(FileError::of("read", path))?;
        Ok(hasher.digest())
    }
}

/// Passes bytes on, in either direction, and hashes them.
#[derive(Debug)]
pub(super) struct Hasher<T> {
    inner: T,
    hash: Sha256,
    bytes: u64,
}

impl<T> Hasher<T> {
    pub fn new(inner: T) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }

    /// Of all that passed so far.
    pub fn digest(&self) -> FileDigest {
        let sha256 = hex(&self.hash.clone().finalize());
        FileDigest { bytes: self.bytes, sha256 }
    }

    pub fn get_ref(&self) -> &T {
        &self.inner
    }

    /// Goes on with another reader or writer.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Hasher<U> {
        Hasher { inner: change(self.inner), hash: self.hash, bytes: self.bytes }
    }

    pub fn into_inner(self) -> T {
        self.inner
    }

    fn passed(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl<W: Write> Write for Hasher<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.passed(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hasher<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.passed(&bytes[..read]);
        Ok(read)
    }
}
