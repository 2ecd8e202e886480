//! Whole JSON files of a run.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::de::DeserializeOwned;

use super::file_error::FileError;

/// The largest JSON file of a run that is read, in bytes.
pub(super) const MAX_JSON_BYTES: u64 = 1 << 24;

/// Why something is not written that could not be read.
pub(super) fn too_large(bytes: u64) -> io::Error {
    io::Error::other(format!(
        "it has {bytes} bytes, more than the {MAX_JSON_BYTES} that are read again; keep large \
         results out of it"
    ))
}

/// Reads a JSON file of a run, such as `evaluation.json`.
///
/// # Errors
/// When the file can't be read, is larger than any of ours, or its content is no `T`; the source
/// names line and column.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, FileError> {
    let read = || {
        let mut text = Vec::new();
        File::open(path)?.take(MAX_JSON_BYTES + 1).read_to_end(&mut text)?;
        if text.len() as u64 > MAX_JSON_BYTES {
            return Err(io::Error::other(format!("it has more than {MAX_JSON_BYTES} bytes")));
        }
        serde_json::from_slice(&text).map_err(io::Error::from)
    };
    read().map_err(FileError::of("read", path))
}
