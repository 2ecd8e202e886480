//! `gradroute train --resume`.

use std::path::Path;

use anyhow::{anyhow, bail};
use gradroute::config::{Override, Request, Resolved, resolve};
use gradroute::interrupt;
use gradroute::run::{Manifest, RunDirectory, atomic, configuration_sha256, saved};
use gradroute::train::{self, Job, Start};

use super::failure::Failure;
use super::saved_run::load_data;
use super::train::summary;

/// Goes on with the run in `root`, for `epochs` epochs in all if that is given.
pub fn run(
    root: &Path,
    epochs: Option<i64>,
    data: Option<&Path>,
    check_every_op: bool,
) -> Result<(), Failure> {
    let directory = RunDirectory::open_to_change(root)?;
    let file = directory.config();
    let before = Resolved::read(&file)?;
    let resolved = match epochs {
        Some(epochs) => extended(&file, &before, epochs).map_err(Failure::usage)?,
        None => before.clone(),
    };
    let text = std::fs::read_to_string(&file)?;
    let loaded = saved::newest(&directory, |damage| {
        eprintln!("warning: a checkpoint is skipped: {:#}", anyhow::Error::new(damage));
    })?;
    let record = &loaded.record;
    let (found, expected) = (configuration_sha256(&text), &record.origin.configuration_sha256);
    if found != *expected {
        return Err(anyhow!(
            "{} was changed since the run began: its SHA-256 without the number of epochs is \
             {found}, expected {expected}; undo the change, or begin a run of its own with \
             --config {}",
            file.display(),
            file.display()
        )
        .into());
    }
    let data = load_data(data, Some(&record.origin.data), resolved.config.data.limit)?;
    let total = resolved.config.total_steps(data.train.len());
    if record.steps > total {
        return Err(anyhow!(
            "{} asks for {total} steps, but {} were made already",
            file.display(),
            record.steps
        )
        .into());
    }
    if record.steps == total && is_finished(&directory, total) {
        let steps = record.steps;
        return super::print(&format!(
            "Nothing is left to do: all {steps} steps are made and judged. With --epochs and more \
             than {} the run goes on.\n",
            resolved.config.train.epochs
        ));
    }
    eprintln!("Going on after step {} of {total} in {}", record.steps, directory.root().display());
    if resolved != before {
        atomic::write(&file, resolved.to_toml().as_bytes())?;
    }
    let outcome = train::run(Job {
        resolved: &resolved,
        data: &data,
        directory: &directory,
        start: Start::Resume(&loaded),
        stop: &interrupt::install()?,
        check_every_op,
        show_progress: true,
    })?;
    super::print(&summary(&directory, &outcome))
}

/// Whether the manifest, which is written last, is of all steps.
fn is_finished(directory: &RunDirectory, total: u64) -> bool {
    Manifest::read(&directory.manifest()).is_ok_and(|manifest| manifest.steps == total)
}

/// The configuration in `file`, for `epochs` epochs in all.
fn extended(file: &Path, before: &Resolved, epochs: i64) -> anyhow::Result<Resolved> {
    let (train, flag) = (&before.config.train, format!("--epochs {epochs}"));
    let resolved = resolve(&Request {
        file: Some(file.to_owned()),
        flags: vec![Override::flag(&flag, "train.epochs", epochs)],
        ..Request::default()
    })?;
    let after = resolved.config.train.epochs;
    if after < train.epochs {
        bail!("{flag}: the run was begun with {}; it can only get more", train.epochs);
    }
    if after > train.epochs && train.steps > 0 {
        bail!("{flag}: train.steps = {} ends the run, whatever the epochs", train.steps);
    }
    if after > train.epochs && before.config.optimizer.schedule.leads_to_an_end() {
        bail!(
            "{flag}: optimizer.schedule = \"{}\" has led the learning rate towards the planned end; a \
             longer run would have had other rates: train a new one with {flag}",
            before.config.optimizer.schedule
        );
    }
    if after > train.epochs && before.config.routing.scheduled {
        bail!(
            "{flag}: routing.scheduled = true has routed a share of the planned epochs; a longer \
             run would have routed more of them: train a new one with {flag}"
        );
    }
    Ok(resolved)
}
