//! The step that a command looks at: of a run, on its weights, or on fresh ones.

use anyhow::anyhow;

use super::commands::PlaceRequest;
use super::failure::Failure;
use super::start::{begun, load, load_again, tell};
use crate::config::Resolved;
use crate::console::say;
use crate::driver::Driver;
use crate::experiment::Experiment;
use crate::plan::Plan;
use crate::run::saved::Loaded;
use crate::run::{RunDirectory, saved};
use crate::state::Snapshot;

/// Steps that take so long that the user is told of them.
const MANY: u64 = 100;
/// The most steps that are made again to come from a checkpoint to the step that is asked for.
const AFTER: u64 = 50;

/// Hands `look` the configuration and an experiment that is to make the step.
pub(super) fn at_step<E: Experiment, R>(
    place: &PlaceRequest,
    look: impl FnOnce(&E::Config, &mut Driver<'_, E>) -> Result<R, Failure>,
) -> Result<R, Failure> {
    let looked = Looked::<E>::at(place)?;
    let mut driver = looked.driver()?;
    if looked.is_over()? && !place.told {
        let last = driver.made();
        say!("note: all steps are made; step {last} is looked at, on the final weights");
    }
    look(&looked.config, &mut driver)
}

/// What a step is made of: the settings that were asked for, the data, and the state before it.
pub(super) struct Looked<E: Experiment> {
    config: E::Config,
    pub data: E::Data,
    before: Before,
}

/// Where the state before a step comes from.
enum Before {
    /// So many steps are made on fresh weights.
    Fresh(u64),
    /// The checkpoint there.
    Saved(Box<Loaded>),
    /// So many steps, the last ones of which were made again after a checkpoint.
    Made(Snapshot, u64),
}

impl<E: Experiment> Looked<E> {
    /// The step that is asked for.
    pub fn at(place: &PlaceRequest) -> Result<Self, Failure> {
        let Resolved { config, .. } = E::resolve(&place.request)?;
        let Some(run) = &place.run else {
            let (data, inputs) = load::<E>(&config, place.data.as_deref())?;
            tell(&inputs);
            return Ok(Self { config, data, before: Before::Fresh(place.at.unwrap_or(0)) });
        };
        let directory = RunDirectory::open(run)?;
        let begun = begun::<E>(&directory)?;
        let loaded = match place.at {
            Some(at) if at != begun.loaded.record.steps => saved_before(&directory, at)?,
            _ => begun.loaded,
        };
        let record = &loaded.record.origin.data;
        let given = place.data.as_deref();
        let (data, inputs) = load_again::<E>(&config, given, record, directory.root())?;
        if !place.told {
            tell(&inputs);
        }
        let before = match place.at {
            Some(at) if at > loaded.record.steps => {
                // Whatever is asked for, the run came there under its own settings.
                Before::Made(made_again::<E>(&begun.resolved.config, &data, &loaded, at)?, at)
            }
            _ => Before::Saved(Box::new(loaded)),
        };
        Ok(Self { config, data, before })
    }

    /// An experiment that is to make the step; the last one once more, if all are made.
    pub fn driver(&self) -> Result<Driver<'_, E>, Failure> {
        E::check(&self.config, &self.data)?;
        let mut driver = Driver::<E>::new(&self.config, &self.data)?;
        let made = match &self.before {
            Before::Fresh(at) => {
                make(&mut driver, *at)?;
                *at
            }
            Before::Saved(loaded) => {
                loaded.restore(&mut |state| driver.experiment_mut().state(state))?;
                loaded.record.steps
            }
            Before::Made(state, made) => {
                state.restore(|state| driver.experiment_mut().state(state))?;
                *made
            }
        };
        let planned = driver.plan().steps();
        driver.set_made(made.min(planned - 1));
        Ok(driver)
    }

    /// Whether there is no step after those that were made.
    pub fn is_over(&self) -> Result<bool, Failure> {
        let planned = Plan::new(E::stages(&self.config, &self.data))?.steps();
        Ok(matches!(&self.before, Before::Saved(loaded) if loaded.record.steps >= planned))
    }
}

/// The state after `at` steps of a run, of which a checkpoint holds the most.
fn made_again<E: Experiment>(
    config: &E::Config,
    data: &E::Data,
    loaded: &Loaded,
    at: u64,
) -> Result<Snapshot, Failure> {
    let mut driver = Driver::<E>::new(config, data)?;
    loaded.restore(&mut |state| driver.experiment_mut().state(state))?;
    driver.set_made(loaded.record.steps);
    make(&mut driver, at)?;
    Ok(driver.snapshot()?)
}

/// The checkpoint after `at` steps, or the last one of those up to [`AFTER`] steps before.
fn saved_before(directory: &RunDirectory, at: u64) -> Result<Loaded, Failure> {
    let all = saved::list(directory)?;
    let before = all.iter().rev().find(|&&steps| steps <= at && at - steps <= AFTER);
    let Some(&steps) = before else {
        let all: Vec<String> = all.iter().map(u64::to_string).collect();
        return Err(anyhow!(
            "--at {at}: {} has no checkpoint after {at} steps, nor one of at most {AFTER} steps before; it \
             has some after {}",
            directory.root().display(),
            all.join(", ")
        )
        .into());
    };
    Ok(saved::load(directory, steps)?)
}

/// Makes the steps before number `at`.
fn make<E: Experiment>(driver: &mut Driver<'_, E>, at: u64) -> Result<(), Failure> {
    let planned = driver.plan().steps();
    if at >= planned {
        let last = planned - 1;
        return Err(anyhow!("--at {at}: there are {planned} steps, from 0 to {last}").into());
    }
    if at - driver.made() >= MANY {
        say!("note: {at} of {planned} steps are made first");
    }
    while driver.made() < at {
        driver.step()?;
    }
    Ok(())
}
