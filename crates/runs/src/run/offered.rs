//! What a file system may not offer, told from what goes wrong on it.

use std::io::{self, ErrorKind};

/// Whether an error says that files can't be locked there, and not that one is locked.
pub(super) fn can_not_lock(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput)
        || is_one_of(error, numbers::NO_LOCKS)
}

/// Whether an error says that a folder's list of names can't be written out there. Some systems
/// refuse to open folders, some to sync what is open for reading alone. PostgreSQL goes on at the
/// same errors.
pub(super) fn can_not_sync_folders(error: &io::Error) -> bool {
    use ErrorKind::{InvalidInput, IsADirectory, PermissionDenied, Unsupported};
    matches!(error.kind(), Unsupported | InvalidInput | IsADirectory | PermissionDenied)
        || is_one_of(error, numbers::NO_SYNC_OF_FOLDERS)
}

fn is_one_of(error: &io::Error, numbers: &[i32]) -> bool {
    error.raw_os_error().is_some_and(|number| numbers.contains(&number))
}

/// Errors that the standard library has no kinds for.
#[cfg(unix)]
mod numbers {
    use libc::{EBADF, ENOLCK, ENOSYS, ENOTSUP, EOPNOTSUPP};

    pub const NO_LOCKS: &[i32] = &[ENOLCK, ENOSYS, ENOTSUP, EOPNOTSUPP];
    pub const NO_SYNC_OF_FOLDERS: &[i32] = &[EBADF, ENOSYS, ENOTSUP, EOPNOTSUPP];
}

#[cfg(not(unix))]
mod numbers {
    pub const NO_LOCKS: &[i32] = &[];
    pub const NO_SYNC_OF_FOLDERS: &[i32] = &[];
}
