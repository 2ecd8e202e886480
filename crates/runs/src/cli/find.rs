//! Which experiment is meant.

use std::path::Path;

use anyhow::anyhow;

use super::catalogue::Entry;
use super::failure::Failure;
use crate::config::{FileLayer, Request, nearest};
use crate::run::{Manifest, RunDirectory};
use crate::sweep::SweepFile;

/// The experiment that a request is of.
pub(super) fn of_request<'e>(
    entries: &'e [Entry],
    request: &Request,
) -> Result<&'e Entry, Failure> {
    let of_preset = |name: &str| {
        entries.iter().find(|entry| entry.presets.iter().any(|preset| preset.name == name))
    };
    let file = request.file.as_deref().map(FileLayer::read).transpose();
    let file = file.map_err(Failure::usage)?;
    if let Some(preset) = &request.preset {
        return Ok(of_preset(preset).unwrap_or(&entries[0]));
    }
    match file {
        None => Ok(&entries[0]),
        Some(FileLayer { origin, experiment: Some(name), .. }) => named(entries, &origin, &name),
        Some(FileLayer { preset: Some(preset), .. }) => {
            Ok(of_preset(&preset).unwrap_or(&entries[0]))
        }
        Some(_) => Ok(&entries[0]),
    }
}

/// The experiment that a sweep is of.
pub(super) fn of_sweep<'e>(entries: &'e [Entry], file: &SweepFile) -> Result<&'e Entry, Failure> {
    let origin = &file.origin;
    let of_preset = |name: &str| {
        let found = entries.iter().find(|entry| entry.presets.iter().any(|p| p.name == name));
        found.ok_or_else(|| {
            let names = entries.iter().flat_map(|entry| entry.presets).map(|preset| preset.name);
            let hint = nearest(name, names).map(|nearest| format!("did you mean `{nearest}`? "));
            Failure::usage(anyhow!(
                "{origin}: there is no preset `{name}`; {}(`presets` lists them)",
                hint.unwrap_or_default()
            ))
        })
    };
    let entry = match (&file.experiment, file.presets().first()) {
        (Some(name), _) => named(entries, origin, name)?,
        (None, Some(preset)) => of_preset(preset)?,
        (None, None) => &entries[0],
    };
    for preset in file.presets() {
        let other = of_preset(preset)?;
        if other.name != entry.name {
            return Err(Failure::usage(anyhow!(
                "{origin}: the preset {preset} is of the experiment {}, and the sweep of {}; a sweep \
                 is of one experiment",
                other.name,
                entry.name
            )));
        }
    }
    Ok(entry)
}

/// The experiment that the run in a folder is of, by its configuration, or else its manifest. Runs
/// from before there were several are of the first.
pub(super) fn of_run<'e>(entries: &'e [Entry], run: &Path) -> Result<&'e Entry, Failure> {
    let directory = RunDirectory::open(run)?;
    let name = match FileLayer::read(&directory.config()) {
        Ok(file) => file.experiment,
        // What is damaged is told by whoever reads it next.
        Err(_) => Manifest::read(&directory.manifest()).ok().and_then(|found| found.experiment),
    };
    match name {
        Some(name) => named(entries, &directory.config().display().to_string(), &name),
        None => Ok(&entries[0]),
    }
}

fn named<'e>(entries: &'e [Entry], origin: &str, name: &str) -> Result<&'e Entry, Failure> {
    let names = || entries.iter().map(|entry| entry.name);
    entries.iter().find(|entry| entry.name == name).ok_or_else(|| {
        let hint = match nearest(name, names()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
        };
        Failure::usage(anyhow!(
            "{origin}: this program has no experiment `{name}`; {hint} (`experiments` lists them)"
        ))
    })
}
