//! `audit`.

use std::ffi::OsStr;
use std::fmt::Write;
use std::path::Path;

use anyhow::anyhow;
use serde::{Deserialize, Serialize};

use super::at_step::at_step;
use super::commands::{AuditRequest, PlaceRequest};
use super::failure::Failure;
use super::folder_of::make_folder_of;
use super::print::print;
use crate::audit::{Audit, Leak, heat_map, in_words, to_text};
use crate::console::say;
use crate::experiment::Experiment;
use crate::run::{atomic, read_json};

/// The leaks that are known: the file of `--expect`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    leaks: Vec<Leak>,
}

/// Audits a run or a preset. That there are leaks is no failure, unless it was asked for.
pub(super) fn run<E: Experiment>(request: &AuditRequest) -> Result<(), Failure> {
    let known = match &request.expect {
        Some(file) if file.exists() => Some(read_json::<Known>(file).map_err(Failure::usage)?),
        _ => None,
    };
    if request.expect.is_some() && request.expect == request.json {
        let both = anyhow!("--json and --expect name the same file; the known leaks would be lost");
        return Err(Failure::usage(both));
    }
    request.heat_map.as_deref().map(is_svg).transpose().map_err(Failure::into_usage)?;
    let files = [&request.json, &request.heat_map, &request.expect];
    files.into_iter().flatten().try_for_each(|file| make_folder_of(file))?;
    let audit = audit::<E>(&request.place, request.steps).map_err(Failure::into_usage)?;
    // Files and status first: nobody may read what is printed.
    written(request, &audit).map_err(Failure::into_usage)?;
    let new: Vec<&Leak> = match (&request.expect, known) {
        (Some(file), None) => {
            let leaks = audit.leaks.clone();
            atomic::write_json(file, &Known { leaks }).map_err(Failure::usage)?;
            say!("The leaks found are recorded in {}.", file.display());
            Vec::new()
        }
        (_, Some(known)) => {
            let new = audit.new_leaks(&known.leaks);
            let (found, known) = (audit.leaks.len(), known.leaks.len());
            say!("Of {found} leaks found, {} are known; {known} are recorded.", found - new.len());
            new
        }
        (None, None) if request.assert_no_leak => audit.leaks.iter().collect(),
        (None, None) => Vec::new(),
    };
    let printed = print(&to_text(&audit)).map_err(Failure::into_usage);
    if new.is_empty() {
        return printed;
    }
    if let Err(Failure::Usage(error)) = printed {
        return Err(Failure::Usage(error));
    }
    let leaks = if new.len() == 1 { "1 leak".to_owned() } else { format!("{} leaks", new.len()) };
    let mut text = match &request.expect {
        Some(file) => format!("{leaks} that {} does not have:", file.display()),
        None => format!("{leaks}:"),
    };
    for leak in new {
        let _ = write!(text, "\n{}", in_words(leak));
    }
    Err(Failure::Found(text))
}

/// The files that were asked for.
fn written(request: &AuditRequest, audit: &Audit) -> Result<(), Failure> {
    if let Some(file) = &request.json {
        atomic::write_json(file, audit)?;
    }
    if let Some(file) = &request.heat_map {
        let drawing = heat_map(audit)?;
        let content = match is_svg(file)? {
            true => drawing.svg("Who teaches what").into_bytes(),
            false => drawing.png()?,
        };
        atomic::write(file, &content)?;
    }
    Ok(())
}

/// Whether a picture is to be an SVG, by its name, and not a PNG.
fn is_svg(file: &Path) -> Result<bool, Failure> {
    match file.extension().and_then(OsStr::to_str) {
        Some("svg") => Ok(true),
        Some("png") => Ok(false),
        _ => Err(anyhow!("--heat-map {}: expected a name in .png or .svg", file.display()).into()),
    }
}

/// Audits `steps` steps, or as many as are left.
pub(super) fn audit<E: Experiment>(place: &PlaceRequest, steps: u64) -> Result<Audit, Failure> {
    at_step::<E, _>(place, |config, driver| {
        let audit = driver.audit(&E::groups(config), steps)?;
        if audit.steps < steps {
            say!("note: {} of {steps} steps were left to audit", audit.steps);
        }
        Ok(audit)
    })
}
