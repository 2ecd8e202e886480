//! What commands begin with: configuration, checkpoint and data, each held to the others.

use std::path::Path;

use anyhow::anyhow;

use super::failure::Failure;
use crate::config::{self, Resolved, Settings, length};
use crate::console::say;
use crate::experiment::Experiment;
use crate::inputs::Inputs;
use crate::run::saved::{self, Loaded};
use crate::run::{DataRecord, RunDirectory, configuration_sha256};

/// A run that was begun.
pub(super) struct Begun<E: Experiment> {
    /// Its configuration.
    pub resolved: Resolved<E::Config>,
    /// The text of that.
    pub text: String,
    /// What that was when the checkpoint was saved: the run may have been made longer since.
    pub at_checkpoint: E::Config,
    /// The newest whole checkpoint.
    pub loaded: Loaded,
}

/// The configuration of a run and its newest whole checkpoint, which must be of that configuration.
pub(super) fn begun<E: Experiment>(directory: &RunDirectory) -> Result<Begun<E>, Failure> {
    let file = directory.config();
    let resolved = config::read::<E::Config>(E::NAME, E::PRESETS, &file)?;
    let text = std::fs::read_to_string(&file)?;
    let loaded = saved::newest(directory, |damage| {
        say!("warning: a checkpoint is skipped: {:#}", anyhow::Error::new(damage));
    })?;
    let expected = &loaded.record.origin.configuration_sha256;
    let found = configuration_sha256(&text, E::Config::LENGTH_KEY);
    if found != *expected {
        let without = match E::Config::LENGTH_KEY {
            Some(key) => format!(" without {key}"),
            None => String::new(),
        };
        return Err(anyhow!(
            "{} was changed since the run began: its SHA-256{without} is {found}, expected \
             {expected}; undo the change, or begin a run of its own with --config {}",
            file.display(),
            file.display()
        )
        .into());
    }
    let at_checkpoint = at_checkpoint::<E>(&file, &text, &resolved.config, &loaded)?;
    Ok(Begun { resolved, text, at_checkpoint, loaded })
}

/// The configuration when a checkpoint was saved, of which the one in `text` may be a longer one.
fn at_checkpoint<E: Experiment>(
    file: &Path,
    text: &str,
    now: &E::Config,
    loaded: &Loaded,
) -> Result<E::Config, Failure> {
    let (Some(key), Some(then)) = (E::Config::LENGTH_KEY, &loaded.record.origin.length) else {
        return Ok(now.clone());
    };
    let origin = file.display().to_string();
    let found = length::value(text, key).unwrap_or("not there");
    let was = || format!("{origin}: {key} is {found}, but was {then} when the run was saved last");
    let before = length::with(text, key, then);
    let before = before.ok_or_else(|| anyhow!("{}; set it back", was()))?;
    let before = config::parse::<E::Config>(E::NAME, E::PRESETS, &before, &origin)?.config;
    before.lengthen(now).map_err(|reason| anyhow!("{}: {reason}; set it back", was()))?;
    Ok(before)
}

/// The data of a run: from `given` if the user named a place, else from where the run had them.
/// They must be those of `record`, if there is one.
pub(super) fn load<E: Experiment>(
    config: &E::Config,
    given: Option<&Path>,
    record: Option<&DataRecord>,
) -> Result<(E::Data, Inputs), Failure> {
    let place = given.or(record.and_then(DataRecord::place));
    let (data, inputs) = E::load(config, place).map_err(Failure::boxed)?;
    if !inputs.description.is_empty() {
        say!("Data: {}", inputs.description);
    }
    let found = DataRecord::from(&inputs);
    if let Some(record) = record
        && let Some((name, hash)) = record.first_difference(&found)
    {
        let place = |record: &DataRecord| record.directory.clone().unwrap_or_default();
        return Err(anyhow!(
            "the run was trained on another data set: by its records {}, but that is not so in {}; \
             give the run's data set with --data",
            match hash {
                Some(hash) => format!("{name} in {} has SHA-256 {hash}", place(record)),
                None => format!("there was no {name} in {}", place(record)),
            },
            place(&found)
        )
        .into());
    }
    Ok((data, inputs))
}
