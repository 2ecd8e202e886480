//! The runs below a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::run::RunDirectory;

/// How far below the folder runs are looked for: `sweep/run/control` is three.
const DEPTH: usize = 3;
/// The most runs that are shown.
const MOST: usize = 10_000;

/// The runs at and below `root`, by name: the way from `root` with `/` between, or the name of `root`
/// where that is a run itself. What a browser asks for is looked up here and never made a path of.
pub(super) fn runs(root: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let own = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let own = own.file_name().map_or_else(|| "run".to_owned(), |name| name.display().to_string());
    let (prefix, name) = match RunDirectory::is_run(root) {
        true => (format!("{own}/"), own),
        false => (String::new(), String::new()),
    };
    if !name.is_empty() {
        found.insert(name, root.to_owned());
    }
    below(root, &prefix, DEPTH, &mut found);
    found
}

fn below(folder: &Path, prefix: &str, depth: usize, found: &mut BTreeMap<String, PathBuf>) {
    // What can't be listed holds nothing that could be shown.
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    // Links are not followed: a page shows what is below the folder, and nothing else.
    let folders = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|t| t.is_dir()));
    for entry in folders {
        if found.len() >= MOST {
            return;
        }
        let (path, name) = (entry.path(), format!("{prefix}{}", entry.file_name().display()));
        let nested = format!("{name}/");
        if RunDirectory::is_run(&path) {
            found.insert(name, path.clone());
        }
        if depth > 1 {
            below(&path, &nested, depth - 1, found);
        }
    }
}
