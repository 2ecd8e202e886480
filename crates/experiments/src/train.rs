//! A training run, from the first step to the manifest.

use std::path::{Path, PathBuf};
use std::time::Instant;

use gradroute_kernels::Isa;
use gradroute_tape::Params;
use serde_json::json;

use crate::config::{Config, Resolved};
use crate::data::batches::{EpochOrder, PixelTable, fill_labels};
use crate::data::{Data, Dataset, floors};
use crate::evaluate::{evaluate, test_errors};
use crate::evaluation::Evaluation;
use crate::figures::FigureError;
use crate::interrupt::StopFlag;
use crate::objective::Losses;
use crate::progress::{Plan, Progress};
use crate::publish;
use crate::run::checkpoint::{self, Checkpoint, CheckpointError, Metadata, NamedTensor};
use crate::run::jsonl::{JsonLinesError, JsonLinesWriter};
use crate::run::{
    EpochEvaluation, FileError, Manifest, RunDirectory, StepLosses, StepTiming, atomic,
};
use crate::trainer::{StepError, Trainer};

/// What a run is to do and where.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The configuration.
    pub resolved: &'a Resolved,
    /// The data, already limited to what the configuration asks for.
    pub data: &'a Data,
    /// Where the results go; just created.
    pub directory: &'a RunDirectory,
    /// Initial weights and the file they are from, if not those of the seed.
    pub init: Option<(&'a Path, &'a Checkpoint)>,
    /// Ends the run after its current step when set.
    pub stop: &'a StopFlag,
    /// Whether to show progress on standard error.
    pub show_progress: bool,
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
    /// A step could not be made; the weights before it are saved.
    #[error("step {step}: {source}; saved as {}", checkpoint.display())]
    Step {
        /// The step, from 0.
        step: u64,
        /// What was wrong.
        source: Box<StepError>,
        /// The weights before that step.
        checkpoint: PathBuf,
    },
    /// A figure could not be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
}

/// Trains, saves, evaluates, draws; writes the manifest last.
///
/// # Errors
/// When files can't be read or written, when the initial weights don't fit, and when the loss
/// is no longer finite.
pub fn run(job: Job<'_>) -> Result<Outcome, TrainError> {
    let Job { resolved, data, directory, .. } = job;
    let config = &resolved.config;
    atomic::write(&directory.config(), resolved.to_toml().as_bytes())?;
    let isa = Isa::current().to_string();
    let mut manifest = Manifest::begin(&resolved.preset, config.train.seed, &data.source, &isa);

    let mut trainer = Trainer::new(config, data.train.pixels());
    if let Some((file, checkpoint)) = job.init {
        take_weights(&mut trainer, checkpoint)?;
        manifest.init = Some(file.display().to_string());
    }
    let plan = Plan {
        steps: config.total_steps(data.train.len()),
        steps_per_epoch: config.steps_per_epoch(data.train.len()),
    };
    manifest.parameters = trainer.params().flat().len() as u64;
    manifest.steps_planned = plan.steps;

    manifest.steps = steps(job, plan, &mut trainer)?;
    manifest.interrupted = manifest.steps < plan.steps;
    let file = directory.checkpoint(manifest.steps);
    manifest.weights_sha256 = save_weights(trainer.params(), &file, manifest.steps)?;

    let evaluation = judge(directory, config, data, &mut trainer)?;
    let test = &data.test;
    publish::publish(directory, resolved, Some(&manifest), &evaluation, &mut trainer, test)?;
    manifest.finish(&directory.manifest())?;
    Ok(Outcome { manifest, evaluation })
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

/// All steps of the run; returns how many were made.
fn steps(job: Job<'_>, plan: Plan, trainer: &mut Trainer<f32>) -> Result<u64, TrainError> {
    let Job { resolved, data, directory, stop, .. } = job;
    let config = &resolved.config;
    let mut metrics = JsonLinesWriter::create(&directory.metrics())?;
    let mut timing = JsonLinesWriter::create(&directory.timing())?;
    let mut epochs = match config.train.eval_every {
        0 => None,
        _ => Some(JsonLinesWriter::create(&directory.epochs())?),
    };
    let mut progress = if job.show_progress { Progress::new(plan) } else { Progress::hidden(plan) };
    let mut batches = Batches::new(&data.train, config);
    let (mut step, mut epoch) = (0, 0);
    while step < plan.steps && !stop.is_set() {
        batches.begin(epoch);
        for number in 0..plan.steps_per_epoch {
            if step == plan.steps || stop.is_set() {
                break;
            }
            let began = Instant::now();
            let factor = config.optimizer.schedule.factor(step, plan.steps, epoch);
            let lr = config.optimizer.lr * factor;
            let (pixels, labels) = batches.get(number as usize);
            let samples = labels.len();
            let losses = match trainer.differentiate(pixels, labels).and_then(|losses| {
                trainer.update(lr)?;
                Ok(losses)
            }) {
                Ok(losses) => line(step, lr, losses),
                Err(source) => {
                    let checkpoint = directory.checkpoint(step);
                    save_weights(trainer.params(), &checkpoint, step)?;
                    metrics.sync()?;
                    let source = Box::new(source);
                    return Err(TrainError::Step { step, source, checkpoint });
                }
            };
            let took = began.elapsed();
            metrics.write(&losses)?;
            timing.write(&StepTiming { step, seconds: took.as_secs_f64(), samples })?;
            progress.step(&losses, samples, took);
            step += 1;
        }
        epoch += 1;
        if let Some(file) = &mut epochs
            && epoch.is_multiple_of(config.train.eval_every as u64)
            && step == epoch * plan.steps_per_epoch
        {
            let errors = test_errors(trainer, &data.test, config.train.batch);
            let halves = config.routing.halves();
            let decoder = errors.decoder.errors(&halves);
            let (top, bottom) = (errors.top.errors(&halves), errors.bottom.errors(&halves));
            file.write(&EpochEvaluation { epoch, step, decoder, top, bottom })?;
        }
    }
    progress.finish();
    metrics.sync()?;
    timing.sync()?;
    Ok(step)
}

fn line(step: u64, lr: f64, losses: Losses<f32>) -> StepLosses {
    let Losses { total, decoder, top, bottom, l1 } = losses;
    StepLosses { step, total, decoder, top, bottom, l1, lr }
}

/// The batches of one epoch after another, in buffers that are used again.
pub struct Batches<'d> {
    data: &'d Dataset,
    order: EpochOrder,
    table: PixelTable<f32>,
    pixels: Vec<f32>,
    labels: Vec<u8>,
    batch: usize,
    /// `None` for file order.
    shuffle: Option<u64>,
}

impl<'d> Batches<'d> {
    /// Batches of `data` as `config.train` asks for.
    pub fn new(data: &'d Dataset, config: &Config) -> Self {
        let batch = config.train.batch.min(data.len());
        Self {
            data,
            order: EpochOrder::new(data.len()),
            table: PixelTable::new(),
            pixels: vec![0.0; batch * data.pixels()],
            labels: vec![0; batch],
            batch,
            shuffle: config.train.shuffle.then_some(config.train.seed),
        }
    }

    /// Puts the samples into the order of `epoch`, from 0.
    pub fn begin(&mut self, epoch: u64) {
        if let Some(seed) = self.shuffle {
            self.order.shuffle(seed, epoch);
        }
    }

    /// Batch `number` of the epoch: pixels `[n, pixels]` in `[0, 1]` and labels `[n]`. The last
    /// one may be shorter than the others.
    ///
    /// # Panics
    /// If the epoch has no such batch.
    pub fn get(&mut self, number: usize) -> (&[f32], &[u8]) {
        let indices = self.order.batches(self.batch).nth(number).expect("a batch of the epoch");
        let pixels = &mut self.pixels[..indices.len() * self.data.pixels()];
        let labels = &mut self.labels[..indices.len()];
        self.table.fill(pixels, self.data, indices);
        fill_labels(labels, self.data, indices);
        (pixels, labels)
    }
}

/// Sets the weights to those of a checkpoint with the names and shapes of the model.
///
/// # Errors
/// When it holds other tensors; the weights stay as they were then.
pub fn take_weights(
    trainer: &mut Trainer<f32>,
    checkpoint: &Checkpoint,
) -> Result<(), CheckpointError> {
    let params = trainer.params();
    let shapes: Vec<_> = params.ids().map(|id| params.shape(id)).collect();
    let declared = params.ids().zip(&shapes).map(|(id, shape)| (params.name(id), shape.dims()));
    let tensors = checkpoint.require(declared)?;
    let mut at = 0;
    for tensor in tensors {
        let end = at + tensor.data.len();
        trainer.params_mut().flat_mut()[at..end].copy_from_slice(&tensor.data);
        at = end;
    }
    Ok(())
}

/// Saves all parameters in declared order and returns their SHA-256.
fn save_weights(params: &Params<f32>, file: &Path, steps: u64) -> Result<String, FileError> {
    let shapes: Vec<_> = params.ids().map(|id| params.shape(id)).collect();
    let tensors: Vec<NamedTensor<'_>> = params
        .ids()
        .zip(&shapes)
        .map(|(id, shape)| NamedTensor {
            name: params.name(id),
            shape: shape.dims(),
            data: params.get(id),
        })
        .collect();
    checkpoint::save(file, &tensors, &Metadata::from([("steps".to_owned(), json!(steps))]))
}
