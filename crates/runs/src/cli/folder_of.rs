//! Folders of files that are asked for.

use std::path::Path;

use super::failure::Failure;
use crate::run::FileError;

/// Makes the folders that a file is to be in, as `train --out` does. Before the work whose result it
/// holds, so that a place that can't be had is told at once.
pub(super) fn make_folder_of(file: &Path) -> Result<(), Failure> {
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(FileError::of("create", folder)).map_err(Failure::usage)
}
