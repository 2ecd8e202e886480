//! `gradroute train`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use gradroute::config::{Override, Request, Resolved, resolve};
use gradroute::data;
use gradroute::interrupt;
use gradroute::presets;
use gradroute::run::checkpoint::Checkpoint;
use gradroute::run::{DirectoryError, Manifest, RunDirectory};
use gradroute::train::{self, Job, Outcome, Start, take_weights};
use gradroute::trainer::Trainer;

use super::failure::Failure;
use super::machine::Machine;
use super::resume;

/// Where runs go that name no place.
const RUNS: &str = "runs";

/// Train a model, evaluate it and draw its figures
///
/// The configuration is made from a preset, then the keys of --config, then
/// those of --set, then the flags below. Everything lands in one run directory.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  gradroute train
  gradroute train --preset seed --epochs 20 --seed 1 --out runs/seed-short
  gradroute train --set model.hidden=[128,64] --set optimizer.lr=3e-4
  gradroute train --data /usr/share/datasets/fashion-mnist
  gradroute train --config runs/quick-0-1/config.toml --seed 2
  gradroute train --resume runs/seed-0-1 --epochs 400")]
pub struct Train {
    /// Built-in configuration to start from [default: quick, or what --config names]
    #[arg(long, value_name = "NAME", value_parser = preset_names())]
    preset: Option<String>,

    /// TOML file whose keys replace the preset's
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Give one key a value, such as train.batch=512; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// Passes over the training set (train.epochs)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    epochs: Option<i64>,

    /// Seed of initial weights and shuffling (train.seed)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    seed: Option<i64>,

    /// Take batches in file order (train.shuffle=false)
    #[arg(long)]
    no_shuffle: bool,

    /// Start from these weights, with PyTorch's names and shapes, instead of the seed's
    #[arg(long, value_name = "FILE.safetensors")]
    init: Option<PathBuf>,

    /// Folder with the four IDX files of a data set [default: the project's data/mnist]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Run directory [default: the first free runs/PRESET-SEED-N]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Replace the run that --out already holds
    #[arg(long, requires = "out")]
    overwrite: bool,

    /// Go on with a run from its last whole checkpoint; with --epochs, for longer
    #[arg(long, value_name = "RUN")]
    resume: Option<PathBuf>,

    /// Look at every value and gradient of every op for NaN and infinity; slower, same results
    #[arg(long)]
    check_finite: bool,

    #[command(flatten)]
    machine: Machine,
}

impl Train {
    pub fn run(self) -> Result<(), Failure> {
        if let Some(run) = &self.resume {
            self.refuse_changes(run)?;
            return self
                .machine
                .run(|| resume::run(run, self.epochs, self.data.as_deref(), self.check_finite));
        }
        let resolved = resolve(&self.request()).map_err(Failure::usage)?;
        self.machine.run(|| {
            let location = data::locate(self.data.as_deref())?;
            let data = data::load(&location, resolved.config.data.limit)?;
            eprintln!("Data: {}", data.source.describe());
            let init = match &self.init {
                Some(file) => Some((file.as_path(), Checkpoint::load(file)?)),
                None => None,
            };
            let pixels = data.train.pixels();
            resolved.config.check_size(pixels).map_err(Failure::usage)?;
            if let Some((_, weights)) = &init {
                // Refused here, before there is a run directory.
                take_weights(&mut Trainer::new(&resolved.config, pixels), weights)?;
            }
            let directory = self.directory(&resolved)?;
            eprintln!("Run directory: {}", directory.root().display());
            let outcome = train::run(Job {
                resolved: &resolved,
                data: &data,
                directory: &directory,
                start: Start::Fresh { init: init.as_ref().map(|(file, weights)| (*file, weights)) },
                stop: &interrupt::install()?,
                check_every_op: self.check_finite,
                show_progress: true,
            })?;
            super::print(&summary(&directory, &outcome))
        })
    }

    /// Refuses options that would make another run of the one that goes on.
    fn refuse_changes(&self, run: &Path) -> Result<(), Failure> {
        let given = [
            ("--preset", self.preset.is_some()),
            ("--config", self.config.is_some()),
            ("--set", !self.set.is_empty()),
            ("--seed", self.seed.is_some()),
            ("--no-shuffle", self.no_shuffle),
            ("--init", self.init.is_some()),
            ("--out", self.out.is_some()),
            ("--overwrite", self.overwrite),
        ];
        match given.iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((flag, _)) => Err(Failure::usage(anyhow::anyhow!(
                "{flag} contradicts --resume: a resumed run keeps its place and the settings in \
                 {}; only --epochs (for more of them), --data, --check-finite, --threads and --isa go with it",
                run.join("config.toml").display()
            ))),
        }
    }

    fn directory(&self, resolved: &Resolved) -> Result<RunDirectory, DirectoryError> {
        match &self.out {
            Some(out) => RunDirectory::create(out, self.overwrite),
            None => RunDirectory::create_next(
                Path::new(RUNS),
                &resolved.preset,
                resolved.config.train.seed,
            ),
        }
    }

    fn request(&self) -> Request {
        let mut flags = Vec::new();
        if let Some(epochs) = self.epochs {
            flags.push(Override::flag(&format!("--epochs {epochs}"), "train.epochs", epochs));
        }
        if let Some(seed) = self.seed {
            flags.push(Override::flag(&format!("--seed {seed}"), "train.seed", seed));
        }
        if self.no_shuffle {
            flags.push(Override::flag("--no-shuffle", "train.shuffle", false));
        }
        Request {
            preset: self.preset.clone(),
            file: self.config.clone(),
            set: self.set.clone(),
            flags,
        }
    }
}

/// The names that `--preset` takes, for messages and completions.
pub fn preset_names() -> PossibleValuesParser {
    PossibleValuesParser::new(presets::all().iter().map(|preset| preset.name))
}

pub(super) fn summary(directory: &RunDirectory, outcome: &Outcome) -> String {
    let Manifest { steps, steps_planned, interrupted, .. } = &outcome.manifest;
    let mut text = super::results(&outcome.evaluation);
    if *interrupted {
        text += &format!(
            "Ended early, after {steps} of {steps_planned} steps; to go on: gradroute train \
             --resume {}\n",
            directory.root().display()
        );
    }
    text += &format!(
        "Results: {} (open {} in a browser)\n",
        directory.root().display(),
        directory.report().display()
    );
    text
}
