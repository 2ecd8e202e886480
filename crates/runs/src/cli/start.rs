//! What commands begin with: configuration, checkpoint and data, each held to the others.

use std::path::Path;

use anyhow::anyhow;

use super::failure::Failure;
use crate::config::{self, Resolved, Settings, length};
use crate::console::say;
use crate::data_again;
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

impl<E: Experiment> Begun<E> {
    /// The experiment on these data, in the state of the checkpoint.
    pub fn experiment(&self, data: &E::Data) -> Result<E, Failure> {
        let mut experiment = E::new(&self.resolved.config, data);
        self.loaded.restore(&mut |state| experiment.state(state))?;
        Ok(experiment)
    }
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

/// The data of a new run: from `given` if the user named a place, else from where the experiment
/// finds them by itself.
pub(super) fn load<E: Experiment>(
    config: &E::Config,
    given: Option<&Path>,
) -> Result<(E::Data, Inputs), Failure> {
    E::load(config, given).map_err(Failure::boxed)
}

/// The data of a run that is there, as [`data_again::load_again`].
pub(super) fn load_again<E: Experiment>(
    config: &E::Config,
    given: Option<&Path>,
    record: &DataRecord,
    run: &Path,
) -> Result<(E::Data, Inputs), Failure> {
    data_again::load_again::<E>(config, given, record, run).map_err(Failure::boxed)
}

/// Says which data were read.
pub(super) fn tell(inputs: &Inputs) {
    if !inputs.description.is_empty() {
        say!("Data: {}", inputs.description);
    }
}
