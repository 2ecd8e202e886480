//! A training run, from the first step to the manifest.

mod batches;
mod logs;
mod state;
mod steps;

use std::path::{Path, PathBuf};

use gradroute_kernels::Isa;
use gradroute_runs::figures::FigureError;

pub use batches::Batches;
pub use state::take_weights;

use crate::config::{Config, Resolved};
use crate::data::{Data, floors};
use crate::evaluate::evaluate;
use crate::evaluation::Evaluation;
use crate::interrupt::StopFlag;
use crate::progress::Plan;
use crate::publish;
use crate::run::checkpoint::{Checkpoint, CheckpointError};
use crate::run::jsonl::JsonLinesError;
use crate::run::saved::{self, Loaded};
use crate::run::{
    DataRecord, FileError, Manifest, Origin, RunDirectory, atomic, configuration_sha256,
};
use crate::trainer::{StepError, Trainer};

/// What a run is to do and where.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The configuration.
    pub resolved: &'a Resolved,
    /// The data, already limited to what the configuration asks for.
    pub data: &'a Data,
    /// Where the results go, locked.
    pub directory: &'a RunDirectory,
    /// Where the run begins.
    pub start: Start<'a>,
    /// Ends the run after its current step when set.
    pub stop: &'a StopFlag,
    /// Whether to look at every value and gradient of every op for one that is not finite.
    pub check_every_op: bool,
    /// Whether to show progress on standard error.
    pub show_progress: bool,
}

/// Where a run begins.
#[derive(Clone, Copy)]
pub enum Start<'a> {
    /// At step 0, in a directory that was just created.
    Fresh {
        /// Initial weights and the file they are from, if not those of the seed.
        init: Option<(&'a Path, &'a Checkpoint)>,
    },
    /// At a checkpoint of the directory. What came after it is made again.
    Resume(&'a Loaded),
}

/// What a run achieved.
pub struct Outcome {
    /// What made it.
    pub manifest: Manifest,
    /// Its test errors.
    pub evaluation: Evaluation,
}

/// Why a run did not end properly.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The metrics could not be read back.
    #[error(transparent)]
    Metrics(#[from] JsonLinesError),
    /// Weights could not be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A step could not be made; the state before it is saved.
    #[error("step {step}: {source}; the state before it is saved as {}", checkpoint.display())]
    Step {
        /// The step, from 0.
        step: u64,
        /// What was wrong.
        source: Box<StepError>,
        /// The weights before that step.
        checkpoint: PathBuf,
    },
    /// An update went beyond the range of f32.
    #[error(
        "after step {step}: {found}, so the update before was beyond what f32 can hold; the last \
         checkpoint is {}, a lower optimizer.lr is the usual remedy", checkpoint.display()
    )]
    Overflow {
        /// The last step, from 0.
        step: u64,
        /// The first number that is not finite, and where.
        found: String,
        /// The weights that were saved last.
        checkpoint: PathBuf,
    },
    /// A figure could not be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
}

/// Trains, saves, evaluates, draws; writes the manifest last.
///
/// # Errors
/// When files can't be read or written, when the weights to begin with don't fit, and when a
/// number is no longer finite.
pub fn run(job: Job<'_>) -> Result<Outcome, TrainError> {
    let Job { resolved, data, directory, .. } = job;
    let config = &resolved.config;
    let isa = Isa::current().to_string();
    let mut manifest = Manifest::begin(&resolved.preset, config.train.seed, &data.source, &isa);
    let mut trainer = Trainer::new(config, data.train.pixels());
    trainer.check_every_op(job.check_every_op);
    state::begin(&mut trainer, job.start)?;
    let origin = begin(job, &manifest)?;
    (manifest.init, manifest.started) = (origin.init.clone(), origin.started.clone());
    manifest.resumed = origin.resumed.clone();
    let plan = Plan {
        steps: config.total_steps(data.train.len()),
        steps_per_epoch: config.steps_per_epoch(data.train.len()),
    };
    manifest.parameters = trainer.params().flat().len() as u64;
    manifest.steps_planned = plan.steps;

    (manifest.steps, manifest.weights_sha256) = steps::run(job, plan, &mut trainer, origin)?;
    manifest.interrupted = manifest.steps < plan.steps;

    let evaluation = judge(directory, config, data, &mut trainer)?;
    let test = &data.test;
    publish::publish(directory, resolved, Some(&manifest), &evaluation, &mut trainer, test)?;
    manifest.finish(directory)?;
    Ok(Outcome { manifest, evaluation })
}

/// Puts the directory in order for the steps to come; returns what the run goes back to.
fn begin(job: Job<'_>, manifest: &Manifest) -> Result<Origin, FileError> {
    let Job { resolved, directory, .. } = job;
    match job.start {
        Start::Fresh { init } => {
            let config = resolved.to_toml();
            atomic::write(&directory.config(), config.as_bytes())?;
            Ok(Origin {
                configuration_sha256: configuration_sha256(&config),
                data: DataRecord::from(&job.data.source),
                init: init.map(|(file, _)| file.display().to_string()),
                started: manifest.started.clone(),
                resumed: Vec::new(),
            })
        }
        Start::Resume(loaded) => {
            directory.remove_results()?;
            saved::forget_after(directory, loaded.record.steps)?;
            let mut origin = loaded.record.origin.clone();
            origin.resumed.push(loaded.record.steps);
            Ok(origin)
        }
    }
}

/// Computes the test errors of a model and writes them to `evaluation.json`.
///
/// # Errors
/// When it can't be written.
pub fn judge(
    directory: &RunDirectory,
    config: &Config,
    data: &Data,
    trainer: &mut Trainer<f32>,
) -> Result<Evaluation, FileError> {
    let halves = config.routing.halves();
    let floors = floors(&data.train, &data.test, &halves);
    let evaluation = evaluate(trainer, &data.test, config.train.batch, halves, floors);
    atomic::write_json(&directory.evaluation(), &evaluation)?;
    Ok(evaluation)
}
