//! `figures`.

use anyhow::Context;

use super::commands::SavedRequest;
use super::failure::Failure;
use super::print::print;
use super::saved_run::{SavedRun, open};
use crate::experiment::Experiment;
use crate::run::{EVALUATION, FIGURES, REPORT, read_json};
use crate::train::{Published, judge, publish};

/// Draws a run's figures and report again from its checkpoint.
pub(super) fn run<E: Experiment>(request: &SavedRequest) -> Result<(), Failure> {
    let mut run = open::<E>(request, &[FIGURES, REPORT])?;
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
    let published = Published::<E> {
        directory,
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
