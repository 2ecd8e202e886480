//! One process at a time works on a run directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::file_error::FileError;

/// The file that is locked. It stays: to remove it would open a gap in which
/// two processes lock two files of this name.
pub(super) const LOCK: &str = ".lock";

/// Held while a process works on a run directory; the system lets go of it
/// however the process ends.
#[derive(Debug)]
pub(super) struct RunLock {
    _file: File,
}

impl RunLock {
    /// Takes the lock of the run directory at `root`; `None` if another process has it.
    ///
    /// # Errors
    /// When the system says no.
    pub fn take(root: &Path) -> Result<Option<Self>, FileError> {
        let path = root.join(LOCK);
        let options = OpenOptions::new().write(true).create(true).truncate(false).to_owned();
        let file = options.open(&path).map_err(FileError::of("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(FileError::of("lock", &path)(error)),
        }
    }
}
