//! All of a training run.

use super::error::TrainError;
use super::job::{Job, Outcome, Start};
use super::logs::Logs;
use super::publish::{Published, publish};
use super::steps::Steps;
use crate::config::{Settings, length};
use crate::driver::Driver;
use crate::evaluation::{Evaluation, Measures, StageResults, readable};
use crate::experiment::Experiment;
use crate::flow::Flow;
use crate::run::{
    DataRecord, Manifest, Origin, RunDirectory, absolute, atomic, configuration_sha256, jsonl,
    saved,
};
use crate::state::{Parameters, State};

/// Trains, saves, evaluates, draws; writes the manifest last.
///
/// # Errors
/// When files can't be read or written, when the weights to begin with don't fit, and when a
/// number is no longer finite.
pub fn run<E: Experiment>(job: Job<'_, E>) -> Result<Outcome<E::Results>, TrainError> {
    let Job { program, resolved, data, inputs, directory, start, .. } = job;
    let config = &resolved.config;
    let (preset, seed) = (&resolved.preset, config.seed());
    let record = DataRecord::new(inputs, directory.root());
    let mut manifest = Manifest::begin(program, E::NAME, preset, seed, record);
    let mut driver = Driver::<E>::new(config, data)?;
    driver.check_every_op(job.check_every_op);
    let plan = driver.plan().clone();
    let mut parameters = Parameters::default();
    State::visit(&mut parameters, |state| driver.experiment_mut().state(state))?;
    (manifest.parameters, manifest.steps_planned) = (parameters.0, plan.steps());

    let (mut saved, mut earlier) = (None, Vec::new());
    let (origin, logs, flow) = match start {
        Start::Fresh { init } => {
            if let Some((_, weights)) = init {
                let show = &mut |state: &mut State<'_>| driver.experiment_mut().state(state);
                saved::take_weights(weights, show)?;
            }
            // From the weights that were just taken, if some were.
            let flow = flow_of(config, &mut driver)?;
            let config = resolved.to_toml();
            atomic::write(&directory.config(), config.as_bytes())?;
            let origin = Origin {
                configuration_sha256: configuration_sha256(&config, E::Config::LENGTH_KEY),
                length: length_of::<E>(&config),
                data: manifest.data.clone(),
                init: init.map(|(file, _)| absolute(file)),
                steps_planned: Some(plan.steps()),
                started: manifest.started.clone(),
                resumed: Vec::new(),
            };
            (origin, Logs::open(directory, &plan, None)?, flow)
        }
        Start::Resume { loaded, config } => {
            let record = &loaded.record;
            let mut flow = flow_of(&resolved.config, &mut driver)?;
            // Nothing is removed before all that could speak against going on.
            loaded.restore(&mut |state| {
                driver.experiment_mut().state(state);
                if let Some(flow) = &mut flow {
                    flow.state(state);
                }
            })?;
            driver.set_made(record.steps);
            earlier = earlier_results(directory, record.steps)?;
            // A manifest beside another configuration would say that the longer run is done.
            directory.remove_results()?;
            if let Some(config) = config {
                atomic::write(&directory.config(), config.as_bytes())?;
            }
            saved::forget_after(directory, record.steps)?;
            saved = Some((record.steps, record.weights_sha256.clone()));
            let mut origin = record.origin.clone();
            origin.resumed.push(record.steps);
            // The same data, but they may have been moved.
            origin.data = manifest.data.clone();
            origin.steps_planned = Some(plan.steps());
            origin.length = length_of::<E>(&resolved.to_toml());
            (origin, Logs::open(directory, &plan, Some(record))?, flow)
        }
    };
    (manifest.init, manifest.started) = (origin.init.clone(), origin.started.clone());
    manifest.resumed = origin.resumed.clone();

    let mut steps = Steps { driver: &mut driver, directory, origin, logs, flow, saved, earlier };
    manifest.weights_sha256 = steps.make(job.stop, job.steps_to)?;
    let earlier = steps.earlier;
    manifest.steps = driver.made();
    manifest.interrupted = !driver.is_done();

    let evaluation = judge(driver.experiment_mut(), data, earlier)?;
    atomic::write_json(&directory.evaluation(), &evaluation)?;
    let published = Published {
        directory,
        to: directory.root(),
        resolved,
        manifest: Some(&manifest),
        steps: manifest.steps,
        evaluation: &evaluation,
        control: None,
    };
    let (page, _) = publish(published, driver.experiment_mut(), data)?;
    manifest.finish(directory)?;
    Ok(Outcome { manifest, evaluation, page })
}

/// The flow map of a run that begins, if a stage has one.
fn flow_of<E: Experiment>(
    config: &E::Config,
    driver: &mut Driver<'_, E>,
) -> Result<Option<Flow>, TrainError> {
    let flow = driver
        .plan()
        .has_flow_map()
        .then(|| Flow::new(config, driver.experiment_mut()))
        .transpose();
    flow.map_err(|error| TrainError::Flow(Box::new(error)))
}

/// Evaluates an experiment as it is: the content of `evaluation.json`.
///
/// # Errors
/// When that could not be read again.
pub fn judge<E: Experiment>(
    experiment: &mut E,
    data: &E::Data,
    earlier: Vec<StageResults<E::Results>>,
) -> Result<Evaluation<E::Results>, TrainError> {
    let results = experiment.evaluate(data);
    readable(&results).map_err(|reason| TrainError::Results { reason })?;
    let measures = Measures::from(&E::measures(&results, &earlier)[..]);
    Ok(Evaluation { results, earlier, measures })
}

/// The value of the key that makes runs longer.
fn length_of<E: Experiment>(config: &str) -> Option<String> {
    length::value(config, E::Config::LENGTH_KEY?).map(str::to_owned)
}

/// The results at the ends of stages within the first `steps` steps, which the run has on disk.
///
/// # Errors
/// When they can't be read.
pub(crate) fn earlier_results<R: serde::de::DeserializeOwned>(
    directory: &RunDirectory,
    steps: u64,
) -> Result<Vec<StageResults<R>>, jsonl::JsonLinesError> {
    let file = directory.stages();
    let mut all: Vec<StageResults<R>> = if file.exists() { jsonl::read(&file)? } else { vec![] };
    all.retain(|stage| stage.step <= steps);
    Ok(all)
}
