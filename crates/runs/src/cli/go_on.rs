//! Going on with a run, from its last whole checkpoint.

use std::path::Path;

use anyhow::{anyhow, bail};

use super::commands::ResumeRequest;
use super::failure::Failure;
use super::print::print;
use super::start::{Begun, begun, load_again, tell};
use super::to_end::{Told, to_end};
use crate::config::{self, Resolved, Settings, length};
use crate::console::say;
use crate::experiment::Experiment;
use crate::inputs::Inputs;
use crate::plan::Plan;
use crate::program::Program;
use crate::run::saved::Loaded;
use crate::run::{Manifest, RunDirectory};
use crate::train::Start;

/// How a run went on.
pub(super) struct Gone<C> {
    /// Its configuration.
    pub resolved: Resolved<C>,
    /// How its end was told.
    pub told: Told,
}

/// What is to be done to go on with a run.
pub(super) enum Next<E: Experiment> {
    /// All its steps are made and judged.
    Nothing {
        /// Its configuration.
        resolved: Resolved<E::Config>,
        /// How many steps it has.
        steps: u64,
        /// Whether it could be made longer.
        may_be_longer: bool,
    },
    /// Steps are left.
    Steps(Box<StepsLeft<E>>),
}

/// A run with steps left.
pub(super) struct StepsLeft<E: Experiment> {
    /// Its configuration.
    pub resolved: Resolved<E::Config>,
    /// Its data, and where they are from.
    pub data: (E::Data, Inputs),
    /// Where it goes on.
    pub loaded: Loaded,
    /// What `config.toml` is to hold, if the run is made longer.
    pub config: Option<String>,
    /// Steps of the whole run.
    pub total: u64,
}

/// Goes on with the run in a directory, which `train --resume resumed` would go on with.
pub(super) fn go_on<E: Experiment>(
    program: &Program,
    request: &ResumeRequest,
    directory: &RunDirectory,
    resumed: &Path,
) -> Result<Gone<E::Config>, Failure> {
    let left = match next::<E>(request, directory)? {
        Next::Steps(left) => *left,
        Next::Nothing { resolved, steps, may_be_longer } => {
            let more = match may_be_longer {
                true => " With --epochs and more of them than there were the run goes on.",
                false => "",
            };
            let told = print(&format!(
                "Nothing is left to do: all {steps} steps are made and judged.{more}\n"
            ));
            return Ok(Gone { resolved, told });
        }
    };
    let StepsLeft { resolved, data, loaded, config, total } = left;
    tell(&data.1);
    let steps = loaded.record.steps;
    say!("Going on after step {steps} of {total} in {}", directory.root().display());
    let start = Start::Resume { loaded: Box::new(loaded), config };
    let check_finite = request.check_finite;
    let told = to_end::<E>(program, &resolved, &data, directory, start, check_finite, resumed)?;
    Ok(Gone { resolved, told })
}

/// What is to be done to go on with the run in a directory. Nothing in it is changed.
pub(super) fn next<E: Experiment>(
    request: &ResumeRequest,
    directory: &RunDirectory,
) -> Result<Next<E>, Failure> {
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
        let may_be_longer = one_more.is_some_and(|plan| planned.goes_on_as(&plan, steps).is_ok());
        return Ok(Next::Nothing { resolved, steps, may_be_longer });
    }
    let left = StepsLeft { resolved, data: of_run, loaded, config: changed, total };
    Ok(Next::Steps(Box::new(left)))
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
