//! What a sweep needs of an experiment, whatever its types: all that is generic about sweeps, so
//! that the rest is compiled once.

use std::collections::BTreeMap;
use std::path::Path;

use super::cost::Cost;
use crate::cli::commands::ResumeRequest;
use crate::cli::failure::Failure;
use crate::cli::go_on::{Next, StepsLeft, next};
use crate::cli::of::Of;
use crate::cli::start::load;
use crate::cli::train::check;
use crate::config::{self, ConfigError, Keys, Request, Resolved, Settings, the_experiment};
use crate::experiment::Experiment;
use crate::inputs::Inputs;
use crate::interrupt::StopFlag;
use crate::plan::Plan;
use crate::program::Program;
use crate::run::{Manifest, RunDirectory};
use crate::train::{self, Job, Start, StepsTo};

/// The configuration of a run of a sweep.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Configured {
    /// What its `config.toml` holds.
    pub text: String,
    /// What it says of the data, the same for runs that read the same.
    pub data: String,
    /// What makes it another setting, the same for runs that differ in their seed.
    pub setting: Keys,
}

/// How a run is made.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Making<'a> {
    pub program: &'a Program,
    /// Where the data are, if the user named a place.
    pub data: Option<&'a Path>,
    /// Ends the run after its step.
    pub stop: &'a StopFlag,
    /// Who is told of its steps.
    pub steps_to: StepsTo<'a>,
}

/// An experiment, as sweeps see it.
pub(in crate::cli) trait Swept: Sync {
    /// Its name.
    fn name(&self) -> &'static str;
    /// Whether a run of one configuration can go on as the longer run of another.
    fn lengthens(&self, from: &str, to: &str) -> bool;
    /// The configuration that is asked for.
    fn configure(&self, request: &Request) -> Result<Configured, ConfigError>;
    /// Holds a configuration to its data; returns the hashes of what was read.
    fn check(&self, text: &str, data: Option<&Path>) -> Result<BTreeMap<String, String>, Failure>;
    /// What a run costs.
    fn cost(&self, text: &str, data: Option<&Path>) -> Result<Cost, Failure>;
    /// Makes a run from its beginning, in place of what the directory holds.
    fn begin(
        &self,
        text: &str,
        directory: &RunDirectory,
        making: Making<'_>,
    ) -> Result<Manifest, Failure>;
    /// Makes what is left of a run.
    fn go_on(&self, directory: &RunDirectory, making: Making<'_>) -> Result<Manifest, Failure>;
}

impl<E: Experiment> Swept for Of<E> {
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn lengthens(&self, from: &str, to: &str) -> bool {
        let (Ok(from), Ok(to)) = (read::<E>(from), read::<E>(to)) else { return false };
        let (before, after) = (config::keys(&from.config), config::keys(&to.config));
        let is_length = |key: &str| Some(key) == E::Config::LENGTH_KEY;
        config::differing(&before, &after).all(|(key, ..)| is_length(key))
            && from.config.lengthen(&to.config).is_ok()
    }

    fn configure(&self, request: &Request) -> Result<Configured, ConfigError> {
        let resolved = E::resolve(request)?;
        let keys = config::keys(&resolved.config).into_iter();
        let data = keys.filter(|(key, _)| key.starts_with("data."));
        Ok(Configured {
            text: resolved.to_toml(),
            data: data.map(|(key, value)| format!("{key} = {value}\n")).collect(),
            setting: the_experiment(&resolved.config),
        })
    }

    fn check(&self, text: &str, data: Option<&Path>) -> Result<BTreeMap<String, String>, Failure> {
        Ok(checked::<E>(&read::<E>(text)?, data)?.1.sha256)
    }

    fn cost(&self, text: &str, data: Option<&Path>) -> Result<Cost, Failure> {
        let config = read::<E>(text)?.config;
        Cost::of::<E>(&config, &load::<E>(&config, data)?.0)
    }

    fn begin(
        &self,
        text: &str,
        directory: &RunDirectory,
        making: Making<'_>,
    ) -> Result<Manifest, Failure> {
        let resolved = read::<E>(text)?;
        let data = checked::<E>(&resolved, making.data)?;
        directory.clear(true)?;
        make::<E>(&resolved, &data, directory, Start::Fresh { init: None }, making)
    }

    fn go_on(&self, directory: &RunDirectory, making: Making<'_>) -> Result<Manifest, Failure> {
        let (run, data) = (directory.root().to_owned(), making.data.map(Path::to_owned));
        let request = ResumeRequest { run, epochs: None, data, check_finite: false };
        let left = match next::<E>(&request, directory)? {
            Next::Steps(left) => *left,
            Next::Nothing { .. } => return Ok(Manifest::read(&directory.manifest())?),
        };
        let StepsLeft { resolved, data, loaded, config, .. } = left;
        let start = Start::Resume { loaded: Box::new(loaded), config };
        make::<E>(&resolved, &data, directory, start, making)
    }
}

/// A configuration by its text, which this program has written.
fn read<E: Experiment>(text: &str) -> Result<Resolved<E::Config>, ConfigError> {
    config::parse(E::NAME, E::PRESETS, text, "the sweep's configuration")
}

/// The data of a configuration that fits them.
fn checked<E: Experiment>(
    resolved: &Resolved<E::Config>,
    data: Option<&Path>,
) -> Result<(E::Data, Inputs), Failure> {
    let config = &resolved.config;
    let read = load::<E>(config, data)?;
    check::<E>(config, &read.0).map_err(Failure::usage)?;
    Plan::new(E::stages(config, &read.0))?;
    Ok(read)
}

fn make<E: Experiment>(
    resolved: &Resolved<E::Config>,
    (data, inputs): &(E::Data, Inputs),
    directory: &RunDirectory,
    start: Start<'_>,
    making: Making<'_>,
) -> Result<Manifest, Failure> {
    let Making { program, stop, steps_to, .. } = making;
    let check_every_op = false;
    let outcome = train::run::<E>(Job {
        program,
        resolved,
        data,
        inputs,
        directory,
        start,
        stop,
        check_every_op,
        steps_to,
    })?;
    Ok(outcome.manifest)
}
