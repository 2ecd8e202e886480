//! `train`.

use std::path::Path;

use super::commands::{ResumeRequest, TrainRequest};
use super::control;
use super::failure::Failure;
use super::start::load;
use super::summary::conclude;
use crate::config::{Resolved, Settings};
use crate::console::say;
use crate::driver::Driver;
use crate::experiment::Experiment;
use crate::interrupt;
use crate::program::Program;
use crate::run::checkpoint::Checkpoint;
use crate::run::{DirectoryError, RunDirectory, saved};
use crate::state::State;
use crate::train::{self, Job, Start};

/// Where runs go that name no place.
const RUNS: &str = "runs";

/// Trains from the beginning. Whatever can be refused is, before there is a run directory.
pub(super) fn run<E: Experiment>(program: &Program, request: &TrainRequest) -> Result<(), Failure> {
    let resolved = E::resolve(&request.request).map_err(Failure::usage)?;
    let config = &resolved.config;
    let (data, inputs) = load::<E>(config, request.data.as_deref())?;
    E::check(config, &data).map_err(Failure::usage)?;
    let init = match &request.init {
        Some(file) => Some((file.as_path(), Checkpoint::load(file)?)),
        None => None,
    };
    if let Some((_, weights)) = &init {
        let mut driver = Driver::<E>::new(config, &data)?;
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
    let stop = interrupt::install()?;
    let outcome = train::run::<E>(Job {
        program,
        resolved: &resolved,
        data: &data,
        inputs: &inputs,
        directory: &directory,
        start: Start::Fresh { init: init.as_ref().map(|(file, weights)| (*file, weights)) },
        stop: &stop,
        check_every_op: request.check_finite,
        show_progress: true,
    })?;
    let told = conclude(program.name, &directory, &outcome, &stop, directory.root());
    let (run, data) = (directory.root().to_owned(), request.data.clone());
    let check_finite = request.check_finite;
    let request = ResumeRequest { run, epochs: None, data, check_finite };
    control::after::<E>(told, program, directory, &resolved, &request)
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
