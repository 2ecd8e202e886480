//! What a run costs, measured by a few of its steps.

use std::time::{Duration, Instant};

use crate::cli::failure::Failure;
use crate::driver::Driver;
use crate::experiment::Experiment;
use crate::plan::Plan;
use crate::run::saved;
use crate::state::{Parameters, State};

/// How long steps are made to be measured.
const MEASURE: Duration = Duration::from_millis(500);

/// How many steps are made at most.
const STEPS: u64 = 20;

/// Bytes of a line of `timing.jsonl`.
const TIMING_BYTES: u64 = 64;

/// Bytes that a run leaves besides its state and its logs: pictures and a page.
const PICTURES: u64 = 1 << 20;

/// What a run costs.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Cost {
    /// Steps of the whole run.
    pub steps: u64,
    /// Seconds a step.
    pub step: f64,
    /// Seconds of all its evaluations.
    pub evaluations: f64,
    /// Bytes that it leaves.
    pub bytes: u64,
}

impl Cost {
    /// Measured on a fresh experiment.
    pub fn of<E: Experiment>(config: &E::Config, data: &E::Data) -> Result<Self, Failure> {
        let mut driver = Driver::<E>::new(config, data)?;
        let steps = driver.plan().steps();
        let mut parameters = Parameters::default();
        State::visit(&mut parameters, |state| driver.experiment_mut().state(state))?;
        // The first step makes room in memory.
        let mut line = driver.step()?.line;
        let (began, mut made) = (Instant::now(), 0);
        while !driver.is_done() && made < STEPS && began.elapsed() < MEASURE {
            line = driver.step()?.line;
            made += 1;
        }
        // A run of one step has no second.
        let step = if made > 0 { began.elapsed().as_secs_f64() / made as f64 } else { 0.0 };
        let began = Instant::now();
        driver.evaluate();
        let evaluations =
            began.elapsed().as_secs_f64() * number_of_evaluations(driver.plan()) as f64;
        let line = serde_json::to_string(&line).map_or(0, |text| text.len() as u64);
        // Weights and two moments of each, in f32.
        let checkpoint = parameters.0 * 3 * 4;
        let logs = steps.saturating_mul(line + TIMING_BYTES);
        let bytes = (checkpoint * saved::KEPT as u64 + PICTURES).saturating_add(logs);
        Ok(Self { steps, step, evaluations, bytes })
    }

    /// Seconds of a run of which so many steps are made.
    pub fn seconds_after(&self, made: u64) -> f64 {
        let left = self.steps.saturating_sub(made);
        left as f64 * self.step + self.evaluations * left as f64 / self.steps.max(1) as f64
    }
}

fn number_of_evaluations(plan: &Plan) -> u64 {
    plan.stages()
        .iter()
        .map(|stage| 1 + stage.evaluate_every.map_or(0, |every| stage.steps / every))
        .sum()
}
