//! Files that are either whole or not there.
//!
//! The content goes to a temporary file in the same folder, is written out to
//! the disk, and only then takes the file's name; at last the folder is written
//! out, so that the name survives a crash too.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;

use super::digest::{FileDigest, Hasher};
use super::disk::{self, Disk};
use super::file_error::FileError;
use super::json::{MAX_JSON_BYTES, too_large};

/// How the names of temporary files begin; what bears such a name was never
/// finished.
pub const TEMPORARY_PREFIX: &str = ".unfinished-";

/// A file being written. Dropped without [`AtomicFile::commit`] it leaves
/// nothing behind, and what had its name before stays as it was.
#[derive(Debug)]
pub struct AtomicFile {
    target: PathBuf,
    writer: BufWriter<Hasher<Disk<NamedTempFile>>>,
}

impl AtomicFile {
    /// Begins a file that will be called `target`.
    ///
    /// # Errors
    /// When the folder does not exist or can't be written to.
    pub fn create(target: &Path) -> Result<Self, FileError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY_PREFIX);
        // Temporary files are private by default; results are as readable as
        // the user's other files.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file =
            disk::temporary(&builder, folder(target)).map_err(FileError::of("create", target))?;
        let writer = BufWriter::with_capacity(1 << 16, Hasher::new(Disk(file)));
        Ok(Self { target: target.to_owned(), writer })
    }

    /// Gives the file its name, once its content is on the disk; returns what
    /// was written.
    ///
    /// # Errors
    /// When the disk is full or the system reports another failure; the target
    /// is then as it was before.
    pub fn commit(self) -> Result<FileDigest, FileError> {
        let Self { target, writer } = self;
        let named = |action| FileError::of(action, &target);
        let hasher = writer.into_inner().map_err(|error| named("write")(error.into_error()))?;
        let digest = hasher.digest();
        let Disk(file) = hasher.into_inner();
        disk::sync(file.as_file()).map_err(named("write out"))?;
        disk::persist(file, &target).map_err(named("rename to"))?;
        disk::sync_folder(folder(&target)).map_err(named("write out the folder of"))?;
        Ok(digest)
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Writes a whole file.
///
/// # Errors
/// When it can't be written; what had its name before stays.
pub fn write(target: &Path, content: &[u8]) -> Result<(), FileError> {
    let mut file = AtomicFile::create(target)?;
    file.write_all(content).map_err(FileError::of("write", target))?;
    file.commit().map(drop)
}

/// Writes a value as indented JSON with a line break at the end.
///
/// # Errors
/// As [`write()`].
pub fn write_json<T: Serialize>(target: &Path, value: &T) -> Result<(), FileError> {
    write(target, to_json(target, value)?.as_bytes())
}

/// The text that [`write_json`] writes to `target`.
///
/// # Errors
/// When the value has no text, or one that is too long.
pub fn to_json<T: Serialize>(target: &Path, value: &T) -> Result<String, FileError> {
    let mut text = serde_json::to_string_pretty(value)
        .map_err(|error| FileError::of("write", target)(error.into()))?;
    text.push('\n');
    if text.len() as u64 > MAX_JSON_BYTES {
        return Err(FileError::of("write", target)(too_large(text.len() as u64)));
    }
    Ok(text)
}

fn folder(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_committed_file_is_whole_and_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"old").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_dropped_file_leaves_what_was_there_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"old").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(&[0; 100_000]).unwrap();
        drop(file);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let message = write(&folder.path().join("no/a.txt"), b"").unwrap_err().to_string();
        assert!(message.contains("cannot create") && message.contains("a.txt"), "{message}");
        let inner = folder.path().join("inner");
        std::fs::create_dir(&inner).unwrap();
        let onto_folder = write(&inner, b"").unwrap_err().to_string();
        assert!(onto_folder.contains("cannot rename to"), "{onto_folder}");
        assert_eq!(names(folder.path()), ["inner"]);
    }
}
