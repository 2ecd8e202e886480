//! A file that could not be read or written.

use std::io;
use std::path::{Path, PathBuf};

/// A file that could not be read or written; the source says why.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}{}", path.display(), self.advice())]
pub struct FileError {
    /// What was tried, such as "write".
    pub action: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl FileError {
    /// What to do, where the user can do something about the disk.
    fn advice(&self) -> &'static str {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match self.source.kind() {
            StorageFull | QuotaExceeded => "; make room, and what is saved can be gone on from",
            FileTooLarge => {
                "; files may not get that long here: raise the limit, such as `ulimit -f`, and what \
                 is saved can be gone on from"
            }
            _ => "",
        }
    }

    /// Whether it is the place that can't be changed, or not by this user.
    pub(crate) fn is_of_rights(&self) -> bool {
        use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        matches!(self.source.kind(), ReadOnlyFilesystem | PermissionDenied)
    }

    /// For `map_err`: turns an I/O error into one that names the file.
    pub fn of(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
        move |source| FileError { action, path: path.to_owned(), source }
    }
}
