//! A run from disk, with what is needed to judge it again.

use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::commands::SavedRequest;
use super::failure::Failure;
use super::start::{Begun, begun, load_again, tell};
use crate::config::Resolved;
use crate::evaluation::StageResults;
use crate::experiment::Experiment;
use crate::plan::Plan;
use crate::run::{DirectoryError, FileError, Manifest, RunDirectory};
use crate::train::earlier_results;

/// A run from disk: configuration, data and state.
pub(super) struct SavedRun<E: Experiment> {
    /// Where it is.
    pub directory: RunDirectory,
    /// Configuration and preset.
    pub resolved: Resolved<E::Config>,
    /// The data, the same as the run's.
    pub data: E::Data,
    /// The manifest; a run that was killed has none.
    pub manifest: Option<Manifest>,
    /// The experiment in the state that was saved last.
    pub experiment: E,
    /// The steps that were made until then.
    pub steps: u64,
    /// The results at the ends of stages until then, that of the last apart.
    pub earlier: Vec<StageResults<E::Results>>,
    /// The folder to write to.
    to: PathBuf,
    /// Why nothing can be written there.
    read_only: Option<FileError>,
}

/// Reads the run, to write `files` anew: in it, or where the request says.
pub(super) fn open<E: Experiment>(
    request: &SavedRequest,
    files: &[&str],
) -> Result<SavedRun<E>, Failure> {
    let run = &request.run;
    let (directory, read_only) = match &request.out {
        Some(out) => {
            check_out(out, request.overwrite, files)?;
            (RunDirectory::open(run)?, None)
        }
        None => match RunDirectory::open_to_change(run) {
            Err(DirectoryError::Io(reason)) if reason.is_of_rights() => {
                (RunDirectory::open(run)?, Some(reason))
            }
            directory => (directory?, None),
        },
    };
    let to = request.out.as_ref().unwrap_or(run).clone();
    Ok(SavedRun { to, read_only, ..held(directory, request.data.as_deref())? })
}

/// Reads the run in a directory that is open already, to write into it.
pub(super) fn held<E: Experiment>(
    directory: RunDirectory,
    data: Option<&Path>,
) -> Result<SavedRun<E>, Failure> {
    let begun = begun::<E>(&directory)?;
    let Begun { resolved, loaded, .. } = &begun;
    let file = directory.manifest();
    let manifest = file.is_file().then(|| Manifest::read(&file)).transpose()?;
    let record = &loaded.record.origin.data;
    let (data, inputs) = load_again::<E>(&resolved.config, data, record, directory.root())?;
    tell(&inputs);
    let planned = Plan::new(E::stages(&resolved.config, &data))?.steps();
    if let Some(manifest) = &manifest
        && manifest.steps_planned != planned
    {
        return Err(anyhow!(
            "{} asks for {planned} steps, but {} says that the run had {}; undo the change, or go \
             on with `train --resume`",
            directory.config().display(),
            file.display(),
            manifest.steps_planned
        )
        .into());
    }
    let experiment = begun.experiment(&data)?;
    let steps = loaded.record.steps;
    let earlier = earlier_results(&directory, steps)?;
    let (resolved, to, read_only) = (begun.resolved, directory.root().to_owned(), None);
    let run =
        SavedRun { directory, resolved, data, manifest, experiment, steps, earlier, to, read_only };
    Ok(run)
}

impl<E: Experiment> SavedRun<E> {
    /// The folder to write to.
    ///
    /// # Errors
    /// When it is the run's, and that is on a read-only place or somebody else's.
    pub fn writable(&mut self) -> Result<PathBuf, Failure> {
        match self.read_only.take() {
            None => Ok(self.to.clone()),
            Some(reason) => Err(anyhow::Error::new(reason)
                .context(format!(
                    "nothing was written, as {} can't be changed; --out DIR writes elsewhere",
                    self.to.display()
                ))
                .into()),
        }
    }

    /// Takes note of files in the run that were written anew; of others it has none.
    pub fn note(
        &mut self,
        to: &Path,
        files: impl IntoIterator<Item = PathBuf>,
    ) -> Result<(), FileError> {
        match &mut self.manifest {
            Some(manifest) if to == self.directory.root() => manifest.note(&self.directory, files),
            _ => Ok(()),
        }
    }
}

/// Refuses a folder that holds a run or is within one, or what must not be replaced.
fn check_out(out: &Path, overwrite: bool, files: &[&str]) -> Result<(), Failure> {
    let whole = std::path::absolute(out).map_err(FileError::of("look for", out))?;
    if let Some(run) = whole.ancestors().find(|folder| RunDirectory::is_run(folder)) {
        let (out, run) = (out.display(), run.display());
        return Err(anyhow!(
            "--out {out}: it is within the run in {run}, whose results these would pass for; choose \
             another folder, or leave out --out to write to the run that is given"
        )
        .into());
    }
    match files.iter().map(|file| out.join(file)).find(|file| file.exists()) {
        Some(file) if !overwrite => Err(anyhow!(
            "{} is there already; choose another --out, or give --overwrite to replace it",
            file.display()
        )
        .into()),
        _ => Ok(()),
    }
}
