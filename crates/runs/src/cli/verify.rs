//! `verify`.

use std::fmt::Write;

use super::commands::SavedRequest;
use super::failure::Failure;
use super::print::print;
use crate::experiment::Experiment;
use crate::run::RunDirectory;
use crate::verify::verify;

/// Says which parts of a run are whole, and fails if one is not.
pub(super) fn run<E: Experiment>(request: &SavedRequest) -> Result<(), Failure> {
    let directory = RunDirectory::open(&request.run)?;
    let findings = verify::<E>(&directory, request.data.as_deref())?;
    let width = findings.iter().map(|finding| finding.part.len()).max().unwrap_or(0);
    let (mut text, mut bad) = (String::new(), 0);
    for finding in &findings {
        let (word, detail) = match &finding.state {
            Ok(detail) => ("whole    ", detail),
            Err(detail) => ("NOT WHOLE", detail),
        };
        bad += usize::from(finding.state.is_err());
        let _ = writeln!(text, "{word}  {:width$}  {detail}", finding.part);
    }
    print(&text)?;
    if bad > 0 {
        let root = directory.root().display();
        let all = findings.len();
        return Err(anyhow::anyhow!("{root}: {bad} of {all} parts are not whole").into());
    }
    Ok(())
}
