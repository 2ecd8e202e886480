//! Putting a file in its place, whole or not at all.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::WeightsError;

/// Makes `bytes` the content of the file at `path`. At every moment, a power failure included, the
/// old file or the new one is there.
///
/// Of a symbolic link, what it points to is replaced.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), WeightsError> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let path = target.as_path();
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let (mut file, beside) = create_in(folder).map_err(WeightsError::of("write", path))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file); // Some systems rename closed files only.
    if let Err(error) = written.and_then(|()| fs::rename(&beside, path)) {
        // The first error is the one to tell.
        let _ = fs::remove_file(&beside);
        return Err(WeightsError::of("write", path)(error));
    }
    // The new name is in the folder. Not every system can flush one, and the file is in its place.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Creates a file of a name that nobody else has: neither another thread, nor another process, nor
/// one that was killed.
fn create_in(folder: &Path) -> io::Result<(File, PathBuf)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".weights-{}-{number}.tmp", process::id()));
        match File::create_new(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => return Ok((created?, path)),
        }
    }
}
