//! `figures`.

use super::commands::SavedRequest;
use super::failure::Failure;
use super::print::print;
use super::saved_run::{SavedRun, open};
use crate::experiment::Experiment;
use crate::run::read_json;
use crate::train::{Published, publish};

/// Draws a run's figures and report again from its checkpoint.
pub(super) fn run<E: Experiment>(request: &SavedRequest) -> Result<(), Failure> {
    let SavedRun { directory, resolved, data, manifest, mut experiment, steps, .. } =
        open::<E>(request)?;
    let evaluation = read_json(&directory.evaluation())?;
    let published = Published::<E> {
        directory: &directory,
        resolved: &resolved,
        manifest: manifest.as_ref(),
        steps,
        evaluation: &evaluation,
    };
    let (_, written) = publish(published, &mut experiment, &data)?;
    manifest.map_or(Ok(()), |mut manifest| manifest.note(&directory, written))?;
    let (figures, report) = (directory.figures(), directory.report());
    print(&format!("Written: {} and {}\n", figures.display(), report.display()))
}
