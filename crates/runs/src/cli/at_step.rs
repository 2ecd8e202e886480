//! The step that a command looks at: of a run, on its weights, or on fresh ones.

use anyhow::anyhow;

use super::commands::PlaceRequest;
use super::failure::Failure;
use super::start::{begun, load, load_again, tell};
use crate::config::Resolved;
use crate::console::say;
use crate::driver::Driver;
use crate::experiment::Experiment;
use crate::run::saved::Loaded;
use crate::run::{RunDirectory, saved};
use crate::state::State;

/// Steps that take so long that the user is told of them.
const MANY: u64 = 100;

/// Hands `look` the configuration and an experiment that is to make the step.
pub(super) fn at_step<E: Experiment, R>(
    place: &PlaceRequest,
    look: impl FnOnce(&E::Config, &mut Driver<'_, E>) -> Result<R, Failure>,
) -> Result<R, Failure> {
    let Some(run) = &place.run else {
        let Resolved { config, .. } = E::resolve(&place.request)?;
        let (data, inputs) = load::<E>(&config, place.data.as_deref())?;
        tell(&inputs);
        let mut driver = driver::<E>(&config, &data)?;
        begin(&mut driver, place.at.unwrap_or(0))?;
        return look(&config, &mut driver);
    };
    let directory = RunDirectory::open(run)?;
    let begun = begun::<E>(&directory)?;
    let loaded = match place.at {
        Some(at) if at != begun.loaded.record.steps => saved_at(&directory, at)?,
        _ => begun.loaded,
    };
    let Resolved { config, .. } = E::resolve(&place.request)?;
    let record = &loaded.record.origin.data;
    let given = place.data.as_deref();
    let (data, inputs) = load_again::<E>(&config, given, record, directory.root())?;
    tell(&inputs);
    let mut driver = driver::<E>(&config, &data)?;
    let all_made = restore(&mut driver, &loaded)?;
    if all_made && !place.told {
        let last = driver.made();
        say!("note: all steps are made; step {last} is looked at, on the final weights");
    }
    look(&config, &mut driver)
}

/// The checkpoint after so many steps.
fn saved_at(directory: &RunDirectory, at: u64) -> Result<Loaded, Failure> {
    let all = saved::list(directory)?;
    if !all.contains(&at) {
        let all: Vec<String> = all.iter().map(u64::to_string).collect();
        return Err(anyhow!(
            "--at {at}: {} has no checkpoint after {at} steps; it has some after {}",
            directory.root().display(),
            all.join(", ")
        )
        .into());
    }
    Ok(saved::load(directory, at)?)
}

fn driver<'d, E: Experiment>(
    config: &E::Config,
    data: &'d E::Data,
) -> Result<Driver<'d, E>, Failure> {
    E::check(config, data)?;
    Ok(Driver::new(config, data)?)
}

/// Makes the steps before number `at`.
fn begin<E: Experiment>(driver: &mut Driver<'_, E>, at: u64) -> Result<(), Failure> {
    let planned = driver.plan().steps();
    if at >= planned {
        let last = planned - 1;
        return Err(anyhow!("--at {at}: there are {planned} steps, from 0 to {last}").into());
    }
    if at >= MANY {
        say!("note: {at} of {planned} steps are made first");
    }
    while driver.made() < at {
        driver.step()?;
    }
    Ok(())
}

/// Goes on from a checkpoint; from the last one, makes the last step again. Whether it is that one.
fn restore<E: Experiment>(driver: &mut Driver<'_, E>, loaded: &Loaded) -> Result<bool, Failure> {
    loaded.restore(&mut |state: &mut State<'_>| driver.experiment_mut().state(state))?;
    let (made, planned) = (loaded.record.steps, driver.plan().steps());
    driver.set_made(made.min(planned - 1));
    Ok(made >= planned)
}
