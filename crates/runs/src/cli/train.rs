//! `train`.

use std::path::Path;

use super::commands::{ResumeRequest, TrainRequest};
use super::control;
use super::failure::Failure;
use super::start::{load, tell};
use super::to_end::to_end;
use crate::config::{ConfigError, Resolved, Settings, require};
use crate::console::say;
use crate::driver::Driver;
use crate::experiment::Experiment;
use crate::program::Program;
use crate::run::checkpoint::Checkpoint;
use crate::run::{DirectoryError, RunDirectory, saved};
use crate::state::State;
use crate::train::Start;

/// Where runs go that name no place.
const RUNS: &str = "runs";

/// Trains from the beginning. Whatever can be refused is, before there is a run directory.
pub(super) fn run<E: Experiment>(program: &Program, request: &TrainRequest) -> Result<(), Failure> {
    let resolved = E::resolve(&request.request).map_err(Failure::usage)?;
    let config = &resolved.config;
    let loaded = load::<E>(config, request.data.as_deref())?;
    tell(&loaded.1);
    let data = &loaded.0;
    check::<E>(config, data).map_err(Failure::usage)?;
    let init = match &request.init {
        Some(file) => Some((file.as_path(), Checkpoint::load(file)?)),
        None => None,
    };
    if let Some((_, weights)) = &init {
        let mut driver = Driver::<E>::new(config, data)?;
        let show = &mut |state: &mut State<'_>| driver.experiment_mut().state(state);
        saved::take_weights(weights, show)?;
    }
    if request.with_control {
        control::of(&resolved)?;
    }
    let directory = directory(request, &resolved)?;
    say!("Run directory: {}", directory.root().display());
    if request.with_control {
        control::want(&directory)?;
    }
    let start = Start::Fresh { init: init.as_ref().map(|(file, weights)| (*file, weights)) };
    let (check_finite, root) = (request.check_finite, directory.root());
    let told = to_end::<E>(program, &resolved, &loaded, &directory, start, check_finite, root)?;
    let (run, data) = (directory.root().to_owned(), request.data.clone());
    let request = ResumeRequest { run, epochs: None, data, check_finite };
    control::after::<E>(told, program, directory, &resolved, &request)
}

/// Refuses a configuration that does not fit the data, and a flow map of an experiment that sorts
/// its samples into no groups.
pub(super) fn check<E: Experiment>(config: &E::Config, data: &E::Data) -> Result<(), ConfigError> {
    E::check(config, data)?;
    let every = E::stages(config, data).iter().find_map(|stage| stage.flow_every);
    let groups = !E::groups(config).names().is_empty();
    require(
        groups || every.is_none(),
        "train.flow_every",
        every.unwrap_or(0),
        "no such key, as this experiment sorts its samples into no groups (Experiment::groups)",
    )
}

fn directory<C: Settings>(
    request: &TrainRequest,
    resolved: &Resolved<C>,
) -> Result<RunDirectory, DirectoryError> {
    match &request.out {
        Some(out) => RunDirectory::create(out, request.overwrite),
        None => {
            let (preset, seed) = (&resolved.preset, resolved.config.seed());
            RunDirectory::create_next(Path::new(RUNS), preset, seed)
        }
    }
}
