//! `verify`.

use std::fmt::Write;

use anyhow::anyhow;

use super::commands::VerifyRequest;
use super::failure::Failure;
use super::print::print;
use crate::against::{Agreement, against};
use crate::experiment::Experiment;
use crate::run::RunDirectory;
use crate::verify::verify;

/// Says which parts of a run are whole and, where there is a run to hold it against, which are the
/// same as there. Fails if one is not.
pub(super) fn run<E: Experiment>(request: &VerifyRequest) -> Result<(), Failure> {
    let directory = RunDirectory::open(&request.run)?;
    let reference = request.against.as_deref().map(RunDirectory::open).transpose()?;
    let parts = match &reference {
        Some(reference) => against::<E>(&directory, reference)?,
        None => Vec::new(),
    };
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
    let mut parting = None;
    if let Some(reference) = &reference {
        let _ = writeln!(text, "\nAgainst {}:", reference.root().display());
        for part in &parts {
            let (word, detail) = match &part.agreement {
                Agreement::Same(detail) => ("the same ", detail),
                Agreement::Unknown(detail) => ("not known", detail),
                Agreement::Different(detail) => {
                    parting.get_or_insert_with(|| format!("{}: {detail}", part.name));
                    ("DIFFERENT", detail)
                }
            };
            let _ = writeln!(text, "{word}  {:width$}  {detail}", part.name);
        }
    }
    let (root, all) = (directory.root().display(), findings.len());
    let mut failures = Vec::new();
    if bad > 0 {
        failures.push(format!("{root}: {bad} of {all} parts are not whole"));
    }
    if let Some(reference) = reference.as_ref().map(|reference| reference.root().display()) {
        let weights = parts.iter().find(|part| part.name == "weights");
        match (parting, weights.map(|part| &part.agreement)) {
            (Some(parting), _) => {
                failures.push(format!("{root} is not the same as {reference}; they part in {parting}"));
            }
            (None, Some(Agreement::Unknown(reason))) => failures.push(format!(
                "whether {root} is the same as {reference} can't be told: of their weights, {reason}"
            )),
            _ => {
                let _ = writeln!(text, "\nThe same as {reference}, in all that both keep.");
            }
        }
    }
    print(&text)?;
    match failures.is_empty() {
        true => Ok(()),
        false => Err(anyhow!(failures.join("\n")).into()),
    }
}
