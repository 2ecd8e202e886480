//! A run from disk, with what is needed to judge it again.

use super::commands::SavedRequest;
use super::failure::Failure;
use super::start::{begun, load};
use crate::config::Resolved;
use crate::evaluation::StageResults;
use crate::experiment::Experiment;
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
    /// The results at the ends of stages, that of the last apart.
    pub earlier: Vec<StageResults<E::Results>>,
}

/// Reads the run, to change it.
pub(super) fn open<E: Experiment>(request: &SavedRequest) -> Result<SavedRun<E>, Failure> {
    let directory = RunDirectory::open_to_change(&request.run)?;
    let (resolved, loaded) = begun::<E>(&directory)?;
    let file = directory.manifest();
    let manifest = file.is_file().then(|| Manifest::read(&file)).transpose()?;
    let record = &loaded.record.origin.data;
    let (data, _) = load::<E>(&resolved.config, request.data.as_deref(), Some(record))?;
    let mut experiment = E::new(&resolved.config, &data);
    loaded.restore(&mut |state| experiment.state(state))?;
    let earlier = earlier_results(&directory)?;
    Ok(SavedRun { directory, resolved, data, manifest, experiment, earlier })
}
