//! One process at a time works on a run directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::file_error::FileError;
use super::offered::can_not_lock;
use crate::console::say;

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
    /// Takes the lock of the run directory at `root`; `None` if another process has it. Where the
    /// file system knows no locks, as some that clusters share by network, the user is told, and the
    /// run goes on without.
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
            Err(TryLockError::Error(error)) if can_not_lock(&error) => {
                say!(
                    "note: there are no locks on the file system of {} ({error}), so a second \
                     process on this run would not be noticed; let one at a time work on it",
                    root.display()
                );
                Ok(Some(Self { _file: file }))
            }
            Err(TryLockError::Error(error)) => Err(FileError::of("lock", &path)(error)),
        }
    }
}

/// Waits until no other process has the lock of a folder, and takes it, for a moment's work. Where
/// there are no locks, nothing is waited for.
pub(crate) fn wait_for_lock(folder: &Path) -> Option<File> {
    let options = OpenOptions::new().write(true).create(true).truncate(false).to_owned();
    let file = options.open(folder.join(LOCK)).ok()?;
    file.lock().ok()?;
    Some(file)
}
