//! The steps of a run, with the checkpoints between them.

use std::time::Instant;

use super::logs::Logs;
use super::{Batches, Job, Start, TrainError, state};
use crate::config::Config;
use crate::data::Data;
use crate::evaluate::test_errors;
use crate::progress::{Plan, Progress};
use crate::run::{EpochEvaluation, Origin, StepLosses, StepTiming};
use crate::trainer::Trainer;

/// Makes all steps that are left; returns how many were made in all, and the hash of the weights.
///
/// Checkpoints are saved at the beginning, every `train.checkpoint_every` epochs, and at the end,
/// whatever the reason for it.
pub(super) fn run(
    job: Job<'_>,
    plan: Plan,
    trainer: &mut Trainer<f32>,
    origin: Origin,
) -> Result<(u64, String), TrainError> {
    let Job { resolved, data, directory, stop, .. } = job;
    let config = &resolved.config;
    let evaluates = config.train.eval_every > 0;
    let (logs, mut step, saved) = match job.start {
        Start::Fresh { .. } => (Logs::create(directory, evaluates)?, 0, None),
        Start::Resume(loaded) => {
            let record = &loaded.record;
            let hash = record.weights_sha256.clone();
            (Logs::resume(directory, record, evaluates)?, record.steps, Some((record.steps, hash)))
        }
    };
    let mut keeper = Keeper { job, origin, logs, saved };
    keeper.save(trainer, step)?;

    let mut progress = if job.show_progress { Progress::new(plan) } else { Progress::hidden(plan) };
    let mut batches = Batches::new(&data.train, config);
    let mut order = None;
    while step < plan.steps && !stop.is_set() {
        let (epoch, number) = (step / plan.steps_per_epoch, step % plan.steps_per_epoch);
        if order != Some(epoch) {
            batches.begin(epoch);
            trainer.route_share(config.routing.share(epoch, config.train.epochs as u64));
            order = Some(epoch);
        }
        let began = Instant::now();
        let lr = config.optimizer.lr * config.optimizer.schedule.factor(step, plan.steps, epoch);
        let (pixels, labels) = batches.get(number as usize);
        let samples = labels.len();
        let made = trainer.differentiate(pixels, labels).and_then(|losses| {
            trainer.update(lr)?;
            Ok(losses)
        });
        let losses = match made {
            Ok(losses) => StepLosses::new(step, lr, losses),
            Err(source) => {
                keeper.save(trainer, step)?;
                let (checkpoint, source) = (directory.checkpoint(step), Box::new(source));
                return Err(TrainError::Step { step, source, checkpoint });
            }
        };
        let took = began.elapsed();
        keeper.logs.metrics.write(&losses)?;
        keeper.logs.timing.write(&StepTiming { step, seconds: took.as_secs_f64(), samples })?;
        progress.step(&losses, samples, took);
        step += 1;
        if step % plan.steps_per_epoch == 0 {
            let done = epoch + 1;
            if let Some(file) = &mut keeper.logs.epochs
                && done.is_multiple_of(config.train.eval_every as u64)
            {
                file.write(&evaluation(done, step, trainer, data, config))?;
            }
            let every = config.train.checkpoint_every as u64;
            if every > 0 && done.is_multiple_of(every) {
                keeper.save(trainer, step)?;
            }
        }
    }
    progress.finish();
    let hash = keeper.save(trainer, step)?;
    Ok((step, hash))
}

/// Saves checkpoints.
struct Keeper<'a> {
    job: Job<'a>,
    origin: Origin,
    logs: Logs,
    /// Steps and hash of the last one.
    saved: Option<(u64, String)>,
}

impl Keeper<'_> {
    /// Saves the state after `steps` steps if it is not saved yet; returns the hash of the weights.
    fn save(&mut self, trainer: &Trainer<f32>, steps: u64) -> Result<String, TrainError> {
        let directory = self.job.directory;
        if let Some((at, hash)) = &self.saved {
            if *at == steps {
                return Ok(hash.clone());
            }
            if let Some(found) = state::first_non_finite(trainer) {
                let checkpoint = directory.checkpoint(*at);
                return Err(TrainError::Overflow { step: steps - 1, found, checkpoint });
            }
        }
        let logs = self.logs.sync(directory)?;
        let hash = state::save(directory, trainer, steps, self.origin.clone(), logs)?;
        self.saved = Some((steps, hash.clone()));
        Ok(hash)
    }
}

fn evaluation(
    epoch: u64,
    step: u64,
    trainer: &mut Trainer<f32>,
    data: &Data,
    config: &Config,
) -> EpochEvaluation {
    let errors = test_errors(trainer, &data.test, config.train.batch);
    let halves = config.routing.halves();
    let decoder = errors.decoder.errors(&halves);
    let (top, bottom) = (errors.top.errors(&halves), errors.bottom.errors(&halves));
    EpochEvaluation { epoch, step, decoder, top, bottom }
}
