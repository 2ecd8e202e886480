//! Every change that a run makes on the disk passes here, so that a test can
//! make each of them fail.
//!
//! The environment variable `GRADROUTE_FAULT` names one change by its number,
//! counted from 1, and what happens there:
//!
//! | value | effect |
//! |---|---|
//! | `kill:N` | the process ends at change N without any cleaning up; a write is half done |
//! | `full:N` | change N and all after it fail as on a full disk; the first write is half done |
//! | `io:N` | change N alone fails with an I/O error |
//!
//! Removing files never fails for want of room and counts for `kill` and `io`
//! alone.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::NamedTempFile;

use super::offered::can_not_sync_folders;
use crate::console::say;

const VARIABLE: &str = "GRADROUTE_FAULT";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Kill,
    Full,
    Io,
}

static PLAN: LazyLock<Option<(Kind, u64)>> = LazyLock::new(|| {
    let text = std::env::var(VARIABLE).ok()?;
    let plan = text.split_once(':').and_then(|(kind, number)| {
        let kind = match kind {
            "kill" => Kind::Kill,
            "full" => Kind::Full,
            "io" => Kind::Io,
            _ => return None,
        };
        Some((kind, number.parse().ok()?))
    });
    if plan.is_none() {
        say!("error: {VARIABLE} is `{text}`; expected kill:N, full:N or io:N");
        std::process::exit(2);
    }
    plan
});

static CHANGES: AtomicU64 = AtomicU64::new(0);

/// Counts a change and says what is to go wrong with it.
fn next(needs_room: bool) -> Option<Kind> {
    let (kind, at) = (*PLAN)?;
    let number = CHANGES.fetch_add(1, Ordering::Relaxed) + 1;
    match kind {
        Kind::Kill | Kind::Io if number == at => Some(kind),
        Kind::Full if number >= at && needs_room => Some(kind),
        _ => None,
    }
}

fn fail(kind: Kind) -> io::Error {
    match kind {
        Kind::Kill => std::process::abort(),
        Kind::Full => ErrorKind::StorageFull.into(),
        Kind::Io => io::Error::other("an I/O error was asked for"),
    }
}

/// A change that is done or not.
fn change<R>(needs_room: bool, work: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
    match next(needs_room) {
        None => work(),
        Some(kind) => Err(fail(kind)),
    }
}

/// A file whose writes can be made to fail.
#[derive(Debug)]
pub(super) struct Disk<W>(pub W);

impl<W: Write> Write for Disk<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match next(true) {
            None => self.0.write(bytes),
            Some(kind) => {
                self.0.write_all(&bytes[..bytes.len() / 2])?;
                Err(fail(kind))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Makes a folder and those above it.
pub(super) fn create_folders(folder: &Path) -> io::Result<()> {
    change(true, || fs::create_dir_all(folder))
}

/// Opens a file for writing.
pub(super) fn open(options: &fs::OpenOptions, path: &Path) -> io::Result<File> {
    change(true, || options.open(path))
}

/// Makes a temporary file in a folder.
pub(super) fn temporary(
    builder: &tempfile::Builder<'_, '_>,
    folder: &Path,
) -> io::Result<NamedTempFile> {
    change(true, || builder.tempfile_in(folder))
}

/// Waits until a file's content is on the disk.
pub(super) fn sync(file: &File) -> io::Result<()> {
    change(true, || file.sync_all())
}

/// Writes out a folder's list of names; a no-op where that can't be asked for.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    let sync = || if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) };
    change(true, || match sync() {
        Err(error) if can_not_sync_folders(&error) => Ok(()),
        result => result,
    })
}

/// Gives a temporary file its name.
pub(super) fn persist(file: NamedTempFile, target: &Path) -> io::Result<()> {
    change(true, || file.persist(target).map(drop).map_err(|error| error.error))
}

/// Cuts a file to a length.
pub(super) fn cut(file: &File, length: u64) -> io::Result<()> {
    change(false, || file.set_len(length))
}

/// Removes a file, or a folder with all in it; of a symbolic link the link.
/// What is not there need not be removed.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    let kind = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        kind => kind?,
    };
    change(false, || if kind.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) })
}
