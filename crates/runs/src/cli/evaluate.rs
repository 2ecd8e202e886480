//! `evaluate`.

use std::fs;
use std::path::{Path, PathBuf};

use super::commands::SavedRequest;
use super::failure::Failure;
use super::print::print;
use super::saved_run::{SavedRun, open};
use super::summary::results;
use crate::evaluation::Evaluation;
use crate::experiment::Experiment;
use crate::run::{EVALUATION, FileError, atomic};
use crate::train::{judge, shown};

/// Evaluates a run again from its checkpoint. What came of it is printed, also where it can't be
/// written, which is an error then.
pub(super) fn run<E: Experiment>(request: &SavedRequest) -> Result<(), Failure> {
    let mut run = open::<E>(request, &[EVALUATION])?;
    let SavedRun { data, experiment, earlier, .. } = &mut run;
    let evaluation = judge(experiment, data, std::mem::take(earlier))?;
    let mut text = results(&shown(experiment, data, &evaluation)?);
    let written = run.writable().and_then(|to| {
        let file = write::<E>(&to, &evaluation)?;
        run.note(&to, [file.clone()])?;
        Ok(file)
    });
    if let Ok(file) = &written {
        text += &format!("Written: {}\n", file.display());
    }
    let printed = print(&text);
    written.and(printed)
}

fn write<E: Experiment>(
    to: &Path,
    evaluation: &Evaluation<E::Results>,
) -> Result<PathBuf, FileError> {
    fs::create_dir_all(to).map_err(FileError::of("create", to))?;
    let file = to.join(EVALUATION);
    atomic::write_json(&file, evaluation)?;
    Ok(file)
}
