//! One process at a time works on a run directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use super::file_error::FileError;
use super::offered::can_not_lock;
use crate::console::say;

/// The file that is locked. It stays: to remove it would open a gap in which
/// two processes lock two files of this name.
pub(super) const LOCK: &str = ".lock";

/// How long one is waited for that only looks at a lock, and how often.
const LOOK: Duration = Duration::from_millis(5);
const LOOKS: u32 = 10;

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
        match lock_soon(&file) {
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

/// Locks a file. One that looks whether it is locked has it for a moment itself, so that one is waited
/// for.
fn lock_soon(file: &File) -> Result<(), TryLockError> {
    for _ in 0..LOOKS {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK),
            done => return done,
        }
    }
    file.try_lock()
}

/// Whether a process works on the run directory at `root`; no, where that can't be told.
#[cfg(feature = "serve")]
pub(crate) fn is_held(root: &Path) -> bool {
    let locked = |file: File| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    File::open(root.join(LOCK)).is_ok_and(locked)
}

/// Waits until no other process has the lock of a folder, and takes it, for a moment's work. Where
/// there are no locks, nothing is waited for.
pub(crate) fn wait_for_lock(folder: &Path) -> Option<File> {
    let options = OpenOptions::new().write(true).create(true).truncate(false).to_owned();
    let file = options.open(folder.join(LOCK)).ok()?;
    file.lock().ok()?;
    Some(file)
}
