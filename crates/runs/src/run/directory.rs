//! Making, opening and replacing run directories.

mod error;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk;
use super::file_error::FileError;
use super::lock::{LOCK, RunLock};
use super::names::{
    CHECKPOINTS, CONFIG, CONTROL, EPOCHS, EVALUATION, FIGURES, FLOW, LOGS, MANIFEST, METRICS, OURS,
    PROBES, REPORT, STAGES, TIMING, is_unfinished, listed,
};
pub use error::DirectoryError;

/// A folder with one run in it; its methods are where things are.
#[derive(Clone, Debug)]
pub struct RunDirectory {
    root: PathBuf,
    /// `None` if it is only looked at.
    _lock: Option<Arc<RunLock>>,
}

impl RunDirectory {
    /// Makes a run directory at `root`, with its parents, and locks it. An empty
    /// folder is taken as it is. One with a run in it is refused, or with
    /// `overwrite` emptied; anything else is never touched.
    ///
    /// # Errors
    /// As just said, when another process works on it, and when the system says
    /// no.
    pub fn create(root: &Path, overwrite: bool) -> Result<Self, DirectoryError> {
        // Looked at before the lock, which leaves a file in the folder, and again after it.
        replaceable(root, overwrite)?;
        let directory = Self::hold(root)?;
        directory.clear(overwrite)?;
        Ok(directory)
    }

    /// Locks the folder at `root`, which is made with its parents if it is not there. What is in it
    /// stays as it is.
    ///
    /// # Errors
    /// When another process works on it, and when the system says no.
    pub(crate) fn hold(root: &Path) -> Result<Self, DirectoryError> {
        disk::create_folders(root).map_err(FileError::of("create", root))?;
        Ok(Self { root: root.to_owned(), _lock: Some(locked(root)?) })
    }

    /// Whether a run may begin in the folder, in place of what is there: nothing, or what a run left
    /// that ended before its first checkpoint.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn check_replaceable(root: &Path) -> Result<(), DirectoryError> {
        let entries = replaceable(root, true)?;
        let entries = entries.iter().map(|name| name.to_string_lossy().into_owned());
        let of_end = [EVALUATION, MANIFEST, REPORT, FIGURES, CONTROL];
        let mut kept = entries.filter(|name| of_end.contains(&name.as_str()));
        let checkpoints = listed(&root.join(CHECKPOINTS))?;
        // A run that ended before its first checkpoint was whole has nothing of later steps.
        let of_start = |name: &OsString| name.to_string_lossy().starts_with("step-00000000.");
        let mut later = checkpoints.iter().filter(|name| !is_unfinished(name) && !of_start(name));
        let later = later.next().map(|name| format!("{CHECKPOINTS}/{}", name.to_string_lossy()));
        match kept.next().or(later) {
            None => Ok(()),
            Some(name) => Err(DirectoryError::Foreign {
                folder: root.to_owned(),
                reason: format!("holds `{name}`, but no checkpoint to go on from"),
            }),
        }
    }

    /// Whether a folder holds a run, and not just a file `config.toml` of somebody else's.
    pub(crate) fn is_run(folder: &Path) -> bool {
        Self::open(folder).is_ok_and(|run| run.manifest().is_file() || run.checkpoints().is_dir())
    }

    /// Empties it for a run to begin in it.
    ///
    /// # Errors
    /// As [`RunDirectory::create`].
    pub(crate) fn clear(&self, overwrite: bool) -> Result<(), DirectoryError> {
        let root = &self.root;
        let mut entries = replaceable(root, overwrite)?;
        // What makes it a run goes last, so that an end in between leaves what can be replaced.
        entries.sort_by_key(|name| name == CONFIG);
        entries.iter().try_for_each(|name| remove(&root.join(name)))?;
        let checkpoints = self.checkpoints();
        disk::create_folders(&checkpoints).map_err(FileError::of("create", &checkpoints))?;
        disk::sync_folder(root).map_err(FileError::of("write out", root))?;
        Ok(())
    }

    /// Makes the first free one of `base/PRESET-SEED-1`, `-2` and so on.
    ///
    /// # Errors
    /// When the system says no.
    pub fn create_next(base: &Path, preset: &str, seed: u64) -> Result<Self, DirectoryError> {
        fs::create_dir_all(base).map_err(FileError::of("create", base))?;
        let mut count = 1u64;
        loop {
            let root = base.join(format!("{preset}-{seed}-{count}"));
            // Fails if it is there, so two processes never get the same.
            match fs::create_dir(&root) {
                Ok(()) => return Self::create(&root, false),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => count += 1,
                Err(error) => return Err(FileError::of("create", &root)(error).into()),
            }
        }
    }

    /// Opens the run directory at `root` to look at it.
    ///
    /// # Errors
    /// When there is no `config.toml` in it.
    pub fn open(root: &Path) -> Result<Self, DirectoryError> {
        if !root.join(CONFIG).is_file() {
            let folder = root.to_owned();
            return Err(DirectoryError::NoRun { folder, missing: CONFIG });
        }
        Ok(Self { root: root.to_owned(), _lock: None })
    }

    /// Opens the run directory at `root` to change it, and locks it.
    ///
    /// # Errors
    /// When there is no `config.toml` in it, or another process works on it.
    pub fn open_to_change(root: &Path) -> Result<Self, DirectoryError> {
        let Self { root, .. } = Self::open(root)?;
        let lock = Some(locked(&root)?);
        Ok(Self { root, _lock: lock })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `config.toml`.
    pub fn config(&self) -> PathBuf {
        self.root.join(CONFIG)
    }

    /// `metrics.jsonl`.
    pub fn metrics(&self) -> PathBuf {
        self.root.join(METRICS)
    }

    /// `timing.jsonl`.
    pub fn timing(&self) -> PathBuf {
        self.root.join(TIMING)
    }

    /// `epochs.jsonl`.
    pub fn epochs(&self) -> PathBuf {
        self.root.join(EPOCHS)
    }

    /// `stages.jsonl`.
    pub fn stages(&self) -> PathBuf {
        self.root.join(STAGES)
    }

    /// The flow map's lines.
    pub fn flow(&self) -> PathBuf {
        self.root.join(FLOW)
    }

    /// `probes.jsonl`.
    pub fn probes(&self) -> PathBuf {
        self.root.join(PROBES)
    }

    /// `evaluation.json`.
    pub fn evaluation(&self) -> PathBuf {
        self.root.join(EVALUATION)
    }

    /// `manifest.json`.
    pub fn manifest(&self) -> PathBuf {
        self.root.join(MANIFEST)
    }

    /// The folder `figures`, which is made when there are some.
    pub fn figures(&self) -> PathBuf {
        self.root.join(FIGURES)
    }

    /// `report.html`.
    pub fn report(&self) -> PathBuf {
        self.root.join(REPORT)
    }

    /// The folder `control`, which holds the run's control as a run of its own, if it has one.
    pub fn control(&self) -> PathBuf {
        self.root.join(CONTROL)
    }

    /// The folder `checkpoints`.
    pub fn checkpoints(&self) -> PathBuf {
        self.root.join(CHECKPOINTS)
    }

    /// The weights after `steps` steps.
    pub fn checkpoint(&self, steps: u64) -> PathBuf {
        self.checkpoints().join(format!("step-{steps:08}.safetensors"))
    }

    /// The rest of the state after `steps` steps: the optimizers' moments and all that is no weight.
    pub fn optimizer(&self, steps: u64) -> PathBuf {
        self.checkpoints().join(format!("step-{steps:08}.optimizer.safetensors"))
    }

    /// The record of the checkpoint after `steps` steps.
    pub fn record(&self, steps: u64) -> PathBuf {
        self.checkpoints().join(format!("step-{steps:08}.json"))
    }

    /// A file that grows with the run, by its name; `None` if there is no such.
    pub fn log(&self, name: &str) -> Option<PathBuf> {
        LOGS.contains(&name).then(|| self.root.join(name))
    }

    /// The files of a run that are there, its checkpoints and manifest apart, with their names.
    ///
    /// # Errors
    /// When the folder of figures can't be read.
    pub fn results(&self) -> Result<Vec<(String, PathBuf)>, FileError> {
        let mut names: Vec<String> =
            [CONFIG, EVALUATION, REPORT].iter().chain(&LOGS).map(|&name| name.to_owned()).collect();
        let figures = listed(&self.figures())?;
        let whole = figures.iter().filter(|name| !is_unfinished(name));
        names.extend(whole.map(|name| format!("{FIGURES}/{}", name.to_string_lossy())));
        let mut files: Vec<_> =
            names.into_iter().map(|name| (name.clone(), self.root.join(name))).collect();
        files.retain(|(_, path)| path.exists());
        Ok(files)
    }

    /// Removes what a run leaves at its end, the manifest first: it is about to
    /// go on.
    ///
    /// # Errors
    /// When the system says no.
    pub fn remove_results(&self) -> Result<(), FileError> {
        let results = [self.manifest(), self.report(), self.evaluation(), self.figures()];
        results.iter().try_for_each(|path| remove(path))
    }

    /// Removes files that were being written when a process was ended.
    ///
    /// # Errors
    /// When the system says no.
    pub fn remove_unfinished(&self) -> Result<(), FileError> {
        self.unfinished()?.iter().try_for_each(|path| remove(path))
    }

    /// Files that were being written when a process was ended.
    ///
    /// # Errors
    /// When a folder can't be read.
    pub fn unfinished(&self) -> Result<Vec<PathBuf>, FileError> {
        let mut found = Vec::new();
        for folder in [self.root.clone(), self.checkpoints(), self.figures()] {
            let entries = listed(&folder)?;
            let ours = entries.iter().filter(|name| is_unfinished(name));
            found.extend(ours.map(|name| folder.join(name)));
        }
        Ok(found)
    }
}

/// The lock of the run directory at `root`.
fn locked(root: &Path) -> Result<Arc<RunLock>, DirectoryError> {
    let lock = RunLock::take(root)?.ok_or_else(|| DirectoryError::Busy(root.to_owned()))?;
    Ok(Arc::new(lock))
}

/// What is in a folder that is to become a run directory, the lock file apart.
fn replaceable(root: &Path, overwrite: bool) -> Result<Vec<OsString>, DirectoryError> {
    if root.is_file() {
        return Err(DirectoryError::File(root.to_owned()));
    }
    let mut entries = listed(root)?;
    entries.retain(|name| name != LOCK);
    if !entries.is_empty() {
        if !overwrite {
            return Err(DirectoryError::Occupied(root.to_owned()));
        }
        refuse_foreign(root, &entries)?;
    }
    Ok(entries)
}

fn refuse_foreign(root: &Path, entries: &[impl AsRef<OsStr>]) -> Result<(), DirectoryError> {
    let foreign = |reason| DirectoryError::Foreign { folder: root.to_owned(), reason };
    for entry in entries {
        let name = entry.as_ref().to_string_lossy();
        if !OURS.contains(&name.as_ref()) && !is_unfinished(entry.as_ref()) {
            return Err(foreign(format!("holds `{name}`")));
        }
    }
    // A run that was killed at its very start has only the empty folder.
    let only_started = entries
        .iter()
        .all(|entry| entry.as_ref() == OsStr::new(CHECKPOINTS) || is_unfinished(entry.as_ref()));
    if !only_started && !root.join(CONFIG).is_file() {
        return Err(foreign(format!("has no {CONFIG}")));
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), FileError> {
    disk::remove(path).map_err(FileError::of("remove", path))
}

#[cfg(test)]
mod tests;
