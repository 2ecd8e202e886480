//! Going on with a run, from its last whole checkpoint.

use std::path::Path;

use anyhow::{anyhow, bail};

use super::commands::ResumeRequest;
use super::failure::Failure;
use super::print::print;
use super::start::{Begun, begun, load_again};
use super::to_end::{Told, to_end};
use crate::config::{self, Resolved, Settings, length};
use crate::console::say;
use crate::experiment::Experiment;
use crate::plan::Plan;
use crate::program::Program;
use crate::run::{Manifest, RunDirectory};
use crate::train::Start;

/// How a run went on.
pub(super) struct Gone<C> {
    /// Its configuration.
    pub resolved: Resolved<C>,
    /// How its end was told.
    pub told: Told,
}

/// Goes on with the run in a directory, which `train --resume resumed` would go on with.
pub(super) fn go_on<E: Experiment>(
    program: &Program,
    request: &ResumeRequest,
    directory: &RunDirectory,
    resumed: &Path,
) -> Result<Gone<E::Config>, Failure> {
    let Begun { resolved: now, text, at_checkpoint, loaded } = begun::<E>(directory)?;
    let (resolved, changed) = match request.epochs {
        Some(epochs) => longer::<E>(directory, &now, &text, epochs).map_err(Failure::usage)?,
        None => (now.clone(), None),
    };
    let config = &resolved.config;
    let record = &loaded.record;
    let (given, root) = (request.data.as_deref(), directory.root());
    let of_run = load_again::<E>(config, given, &record.origin.data, root)?;
    let data = &of_run.0;
    let (file, steps) = (directory.config(), record.steps);
    let plan = Plan::new(E::stages(config, data))?;
    let total = plan.steps();
    if steps > total {
        let file = file.display();
        return Err(anyhow!("{file} asks for {total} steps, but {steps} were made already").into());
    }
    let planned = Plan::new(E::stages(&at_checkpoint, data))?;
    planned.goes_on_as(&plan, steps).map_err(|reason| {
        let asked = match request.epochs {
            Some(epochs) => format!("--epochs {epochs}"),
            None => file.display().to_string(),
        };
        Failure::usage(anyhow!("{asked}: {reason}"))
    })?;
    if steps == total && is_finished(directory, total) {
        let one_more = one_epoch_more::<E>(directory, &now, &text)
            .and_then(|config| Plan::new(E::stages(&config, data)).ok());
        let more = match one_more.is_some_and(|plan| planned.goes_on_as(&plan, steps).is_ok()) {
            true => " With --epochs and more of them than there were the run goes on.",
            false => "",
        };
        let told = print(&format!(
            "Nothing is left to do: all {steps} steps are made and judged.{more}\n"
        ));
        return Ok(Gone { resolved, told });
    }
    say!("Going on after step {steps} of {total} in {}", directory.root().display());
    let (start, check_finite) =
        (Start::Resume { loaded: Box::new(loaded), config: changed }, request.check_finite);
    let told = to_end::<E>(program, &resolved, &of_run, directory, start, check_finite, resumed)?;
    Ok(Gone { resolved, told })
}

/// Whether the manifest, which is written last, is of all steps.
fn is_finished(directory: &RunDirectory, total: u64) -> bool {
    Manifest::read(&directory.manifest()).is_ok_and(|manifest| manifest.steps == total)
}

/// The value of the key that makes a run longer, in the text of a configuration.
pub(super) fn epochs<C: Settings>(text: &str) -> Option<i64> {
    length::value(text, C::LENGTH_KEY?)?.parse().ok()
}

/// The configuration with one epoch more, if it allows that.
fn one_epoch_more<E: Experiment>(
    directory: &RunDirectory,
    now: &Resolved<E::Config>,
    text: &str,
) -> Option<E::Config> {
    let epochs = epochs::<E::Config>(text)?;
    longer::<E>(directory, now, text, epochs + 1).ok().map(|(after, _)| after.config)
}

/// The configuration of a run with another value of the key that makes it longer, and its text if
/// that is another one. Only the line of that key changes, as the rest is known by its hash.
fn longer<E: Experiment>(
    directory: &RunDirectory,
    before: &Resolved<E::Config>,
    text: &str,
    epochs: i64,
) -> anyhow::Result<(Resolved<E::Config>, Option<String>)> {
    let flag = format!("--epochs {epochs}");
    let Some(key) = E::Config::LENGTH_KEY else {
        bail!(
            "{flag}: a run of the experiment {} can't be made longer, as its configuration names no \
             key for that (Settings::LENGTH_KEY)",
            E::NAME
        );
    };
    let file = directory.config();
    let changed = length::with(text, key, &epochs.to_string())
        .ok_or_else(|| anyhow!("{flag}: {} has no line of {key} to change", file.display()))?;
    let origin = format!("{} with {flag}", file.display());
    let after = config::parse::<E::Config>(E::NAME, E::PRESETS, &changed, &origin)?;
    before.config.lengthen(&after.config).map_err(|reason| anyhow!("{flag}: {reason}"))?;
    let changed = (after != *before).then_some(changed);
    Ok((after, changed))
}
