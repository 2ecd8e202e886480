//! The control of a run: the same without routing, as a run in its folder `control`.

use anyhow::anyhow;

use super::commands::ResumeRequest;
use super::control_done::done;
use super::failure::Failure;
use super::figures;
use super::go_on::{epochs, go_on};
use super::saved_run::held;
use super::start::{load_again, tell};
use super::to_end::{Told, to_end};
use crate::config::{Resolved, Settings};
use crate::console::quoted;
use crate::console::say;
use crate::experiment::Experiment;
use crate::program::Program;
use crate::run::{DirectoryError, Manifest, RunDirectory, saved};
use crate::train::Start;

/// The configuration of a run's control.
pub(super) fn of<C: Settings>(run: &Resolved<C>) -> Result<Resolved<C>, Failure> {
    let Resolved { experiment, preset, config } = run;
    let Some(config) = config.control() else {
        return Err(Failure::usage(anyhow!(
            "--with-control: these settings of the preset {preset} have no control, as they route \
             nothing, or as the experiment {experiment} names none (Settings::control)"
        )));
    };
    config.check().map_err(Failure::usage)?;
    Ok(Resolved { experiment, preset: preset.clone(), config })
}

/// Notes in a run's folder that it is to have a control, so that a run that is resumed has one too.
pub(super) fn want(directory: &RunDirectory) -> Result<(), DirectoryError> {
    RunDirectory::create(&directory.control(), true).map(drop)
}

/// After a run has come to its end: trains its control or goes on with it, if the run was begun
/// with one, and shows both on the run's page. `told` is how the run's end was told; where nobody
/// listens, the control is trained all the same.
pub(super) fn after<E: Experiment>(
    told: Told,
    program: &Program,
    directory: RunDirectory,
    resolved: &Resolved<E::Config>,
    request: &ResumeRequest,
) -> Told {
    let root = directory.control();
    if !root.is_dir() {
        return told;
    }
    let resume = format!("{} train --resume {}", program.name, quoted(&request.run));
    if matches!(told, Err(Failure::Interrupted(_))) {
        say!("Its control is still to come; to go on: {resume}");
        return told;
    }
    say!("Its control, the same without routing: {}", root.display());
    let trained = train::<E>(program, &directory, resolved, request).and_then(|told_of_control| {
        if matches!(told_of_control, Err(Failure::Interrupted(_))) {
            return told_of_control;
        }
        if done::<E>(&directory, &resolved.config).is_none() {
            return Err(anyhow!("{} is no control of this run", root.display()).into());
        }
        let printed = figures::draw(held::<E>(directory, request.data.as_deref())?);
        told_of_control.and(printed)
    });
    let trained = trained.map_err(|failure| match failure {
        Failure::Failed(error) => Failure::Failed(error.context(format!(
            "the run is whole, but not its control; if that can't go on, empty the folder {}, and \
             {resume} trains it anew",
            quoted(&root)
        ))),
        other => other,
    });
    told.and(trained)
}

/// Trains the control, or goes on with it, for as long as the run went.
fn train<E: Experiment>(
    program: &Program,
    run: &RunDirectory,
    resolved: &Resolved<E::Config>,
    request: &ResumeRequest,
) -> Result<Told, Failure> {
    let root = run.control();
    // Before its first checkpoint is whole there is nothing to lose: it begins anew.
    let has_record = |control: &RunDirectory| -> Result<bool, Failure> {
        Ok(saved::list(control)?.iter().any(|&steps| control.record(steps).exists()))
    };
    if let Ok(control) = RunDirectory::open(&root)
        && has_record(&control)?
    {
        let length = |of: &RunDirectory| -> Result<Option<i64>, Failure> {
            Ok(epochs::<E::Config>(&std::fs::read_to_string(of.config())?))
        };
        let (of_run, own) = (length(run)?, length(&control)?);
        let epochs = of_run.filter(|_| of_run != own);
        let control = RunDirectory::open_to_change(&root)?;
        let on = ResumeRequest { run: root, epochs, ..request.clone() };
        return Ok(go_on::<E>(program, &on, &control, &request.run)?.told);
    }
    let resolved = of(resolved)?;
    let record = Manifest::read(&run.manifest())?.data;
    let (given, root) = (request.data.as_deref(), run.root());
    let loaded = load_again::<E>(&resolved.config, given, &record, root)?;
    tell(&loaded.1);
    let directory = RunDirectory::create(&run.control(), true)?;
    let (start, check_finite) = (Start::Fresh { init: None }, request.check_finite);
    to_end::<E>(program, &resolved, &loaded, &directory, start, check_finite, &request.run)
}
