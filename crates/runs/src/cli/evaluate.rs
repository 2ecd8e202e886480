//! `evaluate`.

use super::commands::SavedRequest;
use super::failure::Failure;
use super::print::print;
use super::saved_run::{SavedRun, open};
use super::summary::results;
use crate::experiment::Experiment;
use crate::train::{judge, shown};

/// Evaluates a run again from its checkpoint.
pub(super) fn run<E: Experiment>(request: &SavedRequest) -> Result<(), Failure> {
    let SavedRun { directory, data, manifest, mut experiment, earlier, .. } = open::<E>(request)?;
    let evaluation = judge(&directory, &mut experiment, &data, earlier)?;
    manifest.map_or(Ok(()), |mut m| m.note(&directory, [directory.evaluation()]))?;
    let results = results(&shown(&mut experiment, &data, &evaluation)?);
    print(&format!("{results}Written: {}\n", directory.evaluation().display()))
}
