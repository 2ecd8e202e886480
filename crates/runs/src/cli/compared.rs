//! Which runs a comparison is of: folders of runs, and sweeps with all their finished runs.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::failure::Failure;
use crate::console::say;
use crate::run::{Manifest, RunDirectory};
use crate::sweep::{LIST, SweepFile, SweepList};

/// The runs of a comparison.
#[derive(Debug)]
pub(super) struct Compared {
    /// Their folders.
    pub runs: Vec<PathBuf>,
    /// The keys that sweeps among them vary.
    pub swept: Vec<String>,
}

impl Compared {
    /// Those at these paths, each a run, the folder of a sweep or a sweep file.
    pub fn at(paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut compared = Self { runs: Vec::new(), swept: Vec::new() };
        for path in paths {
            match folder_of_sweep(path)? {
                Some(folder) => compared.add(&folder)?,
                None => compared.runs.push(path.clone()),
            }
        }
        Ok(compared)
    }

    /// Adds the finished runs of the sweep in a folder.
    fn add(&mut self, folder: &Path) -> Result<(), Failure> {
        let list = SweepList::read(folder).with_context(|| {
            format!(
                "the list of the sweep in {} can't be read; `sweep` writes it",
                folder.display()
            )
        })?;
        let finished = |run: &Path| {
            let directory = RunDirectory::open(run).ok()?;
            Manifest::read(&directory.manifest()).ok().filter(Manifest::is_complete)
        };
        let all = list.runs.len();
        let there = list.runs.iter().map(|run| folder.join(&run.name));
        let there: Vec<PathBuf> = there.filter(|run| finished(run).is_some()).collect();
        if there.is_empty() {
            return Err(anyhow!(
                "no run of the sweep in {} is finished, so there is nothing to compare",
                folder.display()
            )
            .into());
        }
        if there.len() < all {
            say!(
                "note: {} of {all} runs in {} are not finished and are left out",
                all - there.len(),
                folder.display()
            );
        }
        self.runs.extend(there);
        let keys = list.runs.iter().flat_map(|run| run.swept.keys());
        for key in keys {
            if !self.swept.contains(key) {
                self.swept.push(key.clone());
            }
        }
        Ok(())
    }
}

/// The folder of the sweep that a path means, if it means one.
fn folder_of_sweep(path: &Path) -> Result<Option<PathBuf>, Failure> {
    if path.is_dir() {
        return Ok(path.join(LIST).is_file().then(|| path.to_owned()));
    }
    if !path.is_file() {
        return Ok(None);
    }
    // The copy in the folder of a sweep, which may have been made elsewhere than it says.
    if let Some(folder) = path.parent().filter(|folder| folder.join(LIST).is_file()) {
        return Ok(Some(folder.to_owned()));
    }
    let file = SweepFile::read(path).map_err(Failure::usage)?;
    let out = file.out.ok_or_else(|| {
        Failure::usage(anyhow!("{}: it has no key `out`; give its folder", path.display()))
    })?;
    if !out.join(LIST).is_file() {
        return Err(anyhow!(
            "{} was not started yet: there is no {LIST} in {}",
            path.display(),
            out.display()
        )
        .into());
    }
    Ok(Some(out))
}
