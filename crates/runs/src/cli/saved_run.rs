//! A run from disk, with what is needed to judge it again.

use anyhow::anyhow;

use super::commands::SavedRequest;
use super::failure::Failure;
use super::start::{Begun, begun, load};
use crate::config::Resolved;
use crate::evaluation::StageResults;
use crate::experiment::Experiment;
use crate::plan::Plan;
use crate::run::{Manifest, RunDirectory};
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
}

/// Reads the run, to change it.
pub(super) fn open<E: Experiment>(request: &SavedRequest) -> Result<SavedRun<E>, Failure> {
    let directory = RunDirectory::open_to_change(&request.run)?;
    let Begun { resolved, loaded, .. } = begun::<E>(&directory)?;
    let file = directory.manifest();
    let manifest = file.is_file().then(|| Manifest::read(&file)).transpose()?;
    let record = &loaded.record.origin.data;
    let (data, _) = load::<E>(&resolved.config, request.data.as_deref(), Some(record))?;
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
    let mut experiment = E::new(&resolved.config, &data);
    loaded.restore(&mut |state| experiment.state(state))?;
    let steps = loaded.record.steps;
    let earlier = earlier_results(&directory, steps)?;
    Ok(SavedRun { directory, resolved, data, manifest, experiment, steps, earlier })
}
