//! What is printed at the end of a run.

use std::path::Path;

use super::failure::Failure;
use super::print::print;
use crate::console::{fitted_to, quoted};
use crate::interrupt::StopFlag;
use crate::page::Page;
use crate::run::RunDirectory;
use crate::train::Outcome;

/// Prints the summary of a run that `train --resume resumed` would go on with; the error is the
/// signal by which it was told to end, if one came.
pub(super) fn conclude<R>(
    program: &str,
    directory: &RunDirectory,
    outcome: &Outcome<R>,
    stop: &StopFlag,
    resumed: &Path,
) -> Result<(), Failure> {
    let printed = print(&summary(program, directory, outcome, resumed));
    stop.signal().map_or(printed, |signal| Err(Failure::Interrupted(signal)))
}

/// Tables and verdict, where the results are, and how to go on if the run ended early.
fn summary<R>(
    program: &str,
    directory: &RunDirectory,
    outcome: &Outcome<R>,
    resumed: &Path,
) -> String {
    let mut text = results(&outcome.page);
    let manifest = &outcome.manifest;
    if manifest.interrupted {
        text += &format!(
            "Ended early, after {} of {} steps; to go on: {program} train --resume {}\n",
            manifest.steps,
            manifest.steps_planned,
            quoted(resumed)
        );
    }
    text += &format!(
        "Results: {} (open {} in a browser)\n",
        directory.root().display(),
        directory.report().display()
    );
    text
}

/// The tables, and in words what they say.
pub(super) fn results(page: &Page) -> String {
    let tables = page.tables.iter().map(|(_, table)| format!("{table}\n"));
    // Tables keep their lines; sentences are broken where the terminal would break them.
    let out = std::io::stdout();
    let verdict =
        page.verdict.iter().map(|verdict| format!("{}\n", fitted_to(&out, &verdict.text)));
    tables.chain(verdict).collect()
}
