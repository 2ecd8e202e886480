//! `figures`.

use anyhow::Context;

use super::commands::SavedRequest;
use super::control_done::done;
use super::failure::Failure;
use super::print::print;
use super::saved_run::{SavedRun, open};
use super::start::begun;
use crate::experiment::Experiment;
use crate::page::Page;
use crate::run::{EVALUATION, FIGURES, REPORT, RunDirectory, read_json};
use crate::train::{Published, judge, page_of, publish};

/// What is shown of a run's control, if it has one that has come to its end; `data` are the run's.
fn control<E: Experiment>(
    run: &RunDirectory,
    config: &E::Config,
    data: &E::Data,
) -> Result<Option<Page>, Failure> {
    let Some(control) = done::<E>(run, config) else { return Ok(None) };
    let begun = begun::<E>(&control)?;
    let (mut experiment, steps) = (begun.experiment(data)?, begun.loaded.record.steps);
    let evaluation = read_json(&control.evaluation())?;
    Ok(Some(page_of(&control, &begun.resolved.config, steps, &evaluation, &mut experiment, data)?))
}

/// Draws a run's figures and report again from its checkpoint.
pub(super) fn run<E: Experiment>(request: &SavedRequest) -> Result<(), Failure> {
    draw(open::<E>(request, &[FIGURES, REPORT])?)
}

/// The same of a run that is read already.
pub(super) fn draw<E: Experiment>(mut run: SavedRun<E>) -> Result<(), Failure> {
    let to = run.writable()?;
    let SavedRun { directory, resolved, data, manifest, experiment, steps, earlier, .. } = &mut run;
    let file = directory.evaluation();
    let evaluation = if file.exists() {
        let known = manifest.as_ref().map_or(Ok(()), |m| m.require(directory, EVALUATION));
        known.context(
            "the figures would be drawn from changed results; `evaluate` makes them anew",
        )?;
        read_json(&file)?
    } else {
        judge(experiment, data, std::mem::take(earlier))?
    };
    let control = control::<E>(directory, &resolved.config, data)?;
    let published = Published::<E> {
        directory,
        control: control.as_ref(),
        to: &to,
        resolved,
        manifest: manifest.as_ref(),
        steps: *steps,
        evaluation: &evaluation,
    };
    let (_, written) = publish(published, experiment, data)?;
    let (figures, report) = (to.join(FIGURES), to.join(REPORT));
    run.note(&to, written)?;
    print(&format!("Written: {} and {}\n", figures.display(), report.display()))
}
