//! What a run costs, measured by a few of its steps.

use std::time::{Duration, Instant};

use crate::cli::failure::Failure;
use crate::driver::Driver;
use crate::evaluation::{Evaluation, Measures};
use crate::experiment::Experiment;
use crate::page::Page;
use crate::plan::Plan;
use crate::run::saved;
use crate::state::{Parameters, State};

/// How long steps are made to be measured.
const MEASURE: Duration = Duration::from_millis(500);

/// How many steps are made at most.
const STEPS: u64 = 20;

/// Bytes of a line of `timing.jsonl`.
const TIMING_BYTES: u64 = 64;

/// Bytes that a run leaves besides its state, its logs and its experiment's pictures: the picture of
/// its losses, and records.
const OTHERS: u64 = 1 << 19;

/// What a run costs.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Cost {
    /// Steps of the whole run.
    pub steps: u64,
    /// Seconds a step.
    pub step: f64,
    /// Seconds of all its evaluations.
    pub evaluations: f64,
    /// Seconds of what comes after its last step: pictures and a page.
    pub end: f64,
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
        let results = driver.evaluate();
        let evaluations =
            began.elapsed().as_secs_f64() * number_of_evaluations(driver.plan()) as f64;
        let began = Instant::now();
        // What is shown of several stages needs the results of all of them.
        let is_one = driver.plan().stages().len() == 1;
        let pictures = if is_one { drawn(&mut driver, results) } else { 0 };
        let end = began.elapsed().as_secs_f64();
        let line = serde_json::to_string(&line).map_or(0, |text| text.len() as u64);
        // Weights and two moments of each, in f32.
        let checkpoint = parameters.0 * 3 * 4;
        let logs = steps.saturating_mul(line + TIMING_BYTES);
        let bytes = (checkpoint * saved::KEPT as u64 + pictures + OTHERS).saturating_add(logs);
        Ok(Self { steps, step, evaluations, end, bytes })
    }

    /// Seconds of a run of which so many steps are made.
    pub fn seconds_after(&self, made: u64) -> f64 {
        let left = self.steps.saturating_sub(made);
        let evaluations = self.evaluations * left as f64 / self.steps.max(1) as f64;
        left as f64 * self.step + evaluations + self.end
    }
}

/// Draws what is shown of a run at its end; how many bytes that is. What can't be drawn of fresh
/// weights is not counted.
fn drawn<E: Experiment>(driver: &mut Driver<'_, E>, results: E::Results) -> u64 {
    let measures = Measures::from(&E::measures(&results, &[])[..]);
    let evaluation = Evaluation { results, earlier: Vec::new(), measures };
    let Ok(Page { figures, .. }) = driver.page(&evaluation) else { return 0 };
    let files = figures.iter().filter_map(|figure| figure.files().ok()).flatten();
    let bytes: usize = files.map(|(_, bytes)| bytes.len()).sum();
    // Each stands on the page once more, as text.
    2 * bytes as u64
}

fn number_of_evaluations(plan: &Plan) -> u64 {
    plan.stages()
        .iter()
        .map(|stage| 1 + stage.evaluate_every.map_or(0, |every| stage.steps / every))
        .sum()
}
