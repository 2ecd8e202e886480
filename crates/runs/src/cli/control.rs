//! The control of a run: the same without routing, as a run in its folder `control`.

use std::path::Path;

use anyhow::anyhow;

use super::commands::{ResumeRequest, SavedRequest};
use super::failure::Failure;
use super::start::load_again;
use super::summary::conclude;
use super::{figures, resume};
use crate::config::{self, Resolved, Settings};
use crate::console::say;
use crate::experiment::Experiment;
use crate::interrupt;
use crate::program::Program;
use crate::run::checkpoint::Checkpoint;
use crate::run::{DirectoryError, Manifest, RunDirectory, saved};
use crate::train::{self, Job, Start};

/// The configuration of a run's control.
pub(super) fn of<C: Settings>(run: &Resolved<C>) -> Result<Resolved<C>, Failure> {
    let Resolved { experiment, preset, config } = run;
    match config.control() {
        Some(config) => Ok(Resolved { experiment, preset: preset.clone(), config }),
        None => Err(Failure::usage(anyhow!(
            "--with-control: these settings of the preset {preset} have no control, as they route \
             nothing, or as the experiment {experiment} names none (Settings::control)"
        ))),
    }
}

/// Notes in a run's folder that it is to have a control, so that a run that is resumed has one too.
pub(super) fn want(directory: &RunDirectory) -> Result<(), DirectoryError> {
    RunDirectory::create(&directory.control(), true).map(drop)
}

/// Trains the control of a run that has come to its end, or goes on with it, if the run was begun
/// with one; then shows both on the run's page. A control that begins does so from the weights
/// `init`, if the run did.
pub(super) fn follow<E: Experiment>(
    program: &Program,
    request: &ResumeRequest,
    init: Option<(&Path, &Checkpoint)>,
) -> Result<(), Failure> {
    let run = RunDirectory::open(&request.run)?;
    let root = run.control();
    if !root.is_dir() {
        return Ok(());
    }
    say!("Its control, the same without routing: {}", root.display());
    let is_begun = match RunDirectory::open(&root) {
        Ok(control) => !saved::list(&control)?.is_empty(),
        Err(_) => false,
    };
    if is_begun {
        resume::go_on::<E>(program, &ResumeRequest { run: root, ..request.clone() })?;
    } else {
        begin::<E>(program, request, &run, init)?;
    }
    let (run, data) = (request.run.clone(), request.data.clone());
    figures::run::<E>(&SavedRequest { run, data, out: None, overwrite: false })
}

fn begin<E: Experiment>(
    program: &Program,
    request: &ResumeRequest,
    run: &RunDirectory,
    init: Option<(&Path, &Checkpoint)>,
) -> Result<(), Failure> {
    let manifest = Manifest::read(&run.manifest())?;
    if let (Some(file), None) = (&manifest.init, init) {
        return Err(anyhow!(
            "the run began with the weights in {}, which may have changed since, so its control \
             can't begin with them now; train both anew",
            file.display()
        )
        .into());
    }
    let resolved = of(&config::read::<E::Config>(E::NAME, E::PRESETS, &run.config())?)?;
    let record = &manifest.data;
    let (data, inputs) =
        load_again::<E>(&resolved.config, request.data.as_deref(), record, &request.run)?;
    let directory = RunDirectory::create(&run.control(), true)?;
    let stop = interrupt::install()?;
    let outcome = train::run::<E>(Job {
        program,
        resolved: &resolved,
        data: &data,
        inputs: &inputs,
        directory: &directory,
        start: Start::Fresh { init },
        stop: &stop,
        check_every_op: request.check_finite,
        show_progress: true,
    })?;
    conclude(program.name, &directory, &outcome, &stop)
}
