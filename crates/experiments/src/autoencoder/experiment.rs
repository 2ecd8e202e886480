//! The autoencoder as an experiment.

use std::path::Path;

use gradroute_runs::audit::Groups;
use gradroute_runs::compare::{CompareError, Comparison, ComparisonPage};
use gradroute_runs::config::{ConfigError, Preset};
use gradroute_runs::evaluation::StageResults;
use gradroute_runs::figures::FigureError;
use gradroute_runs::images::{Batches, Data, mnist};
use gradroute_runs::{
    AnswerError, CurvePanel, Evaluation, Experiment, Inputs, Learner, LoadError, Measure, Page,
    Probe, Stage, State, Step, StepError,
};
use gradroute_tape::{Params, Real};
use ndarray::ArrayView2;

use super::compare;
use super::config::{Config, check_last_batch, check_size};
use super::curves::CURVES;
use super::error::ObjectiveError;
use super::evaluation::{Floors, Results};
use super::explored::Exploring;
use super::floors::floors;
use super::groups::{Taught, groups};
use super::judge::{TestErrors, test_errors};
use super::measures::measures;
use super::network::Network;
use super::objective::Objective;
use super::page::page;
use super::probe::probes;
use super::run_probe::RunProbe;
use crate::explore::{self, Known};

/// An autoencoder whose encoding is split by digit, in training.
pub struct Autoencoder<T: Real = f32> {
    config: Config,
    network: Network,
    learner: Learner<T>,
    objective: Objective<T>,
    /// Made with the first batch.
    batches: Option<Batches<T>>,
    /// Of the data, computed with the first evaluation.
    floors: Option<Floors>,
    /// For the panel, computed with the first question.
    known: Option<Known>,
    /// Made with the first probe.
    probe: Option<RunProbe<T>>,
}

impl<T: Real> Autoencoder<T> {
    /// A fresh model for images of `pixels` pixels; `config.train.seed` decides its weights.
    pub fn of_size(config: &Config, pixels: usize) -> Self {
        let mut params = Params::new();
        let network = Network::new(&mut params, pixels, &config.model, config.train.seed);
        Self {
            network,
            learner: Learner::new(params, config.optimizer.options()),
            objective: Objective::new(config),
            config: config.clone(),
            batches: None,
            floors: None,
            known: None,
            probe: None,
        }
    }

    /// The parameters with their gradients and their optimizer.
    pub fn learner(&self) -> &Learner<T> {
        &self.learner
    }

    /// The same, to change.
    pub fn learner_mut(&mut self) -> &mut Learner<T> {
        &mut self.learner
    }

    /// Forward and backward on a batch, without an update: `pixels` `[n, pixels]` in `[0, 1]`, for each
    /// sample a label below 10 and its place in the training set. The gradients can then be looked at.
    ///
    /// # Errors
    /// [`ObjectiveError::OneSample`] and [`ObjectiveError::ConstantDim`] where there is a
    /// correlation term, and those of [`Step::backward`].
    ///
    /// # Panics
    /// If `pixels`, `labels` and `keys` don't fit the model or each other, or if there are none.
    pub fn differentiate(
        &mut self,
        pixels: ArrayView2<'_, T>,
        labels: &[u8],
        keys: &[u32],
        at: &Step<'_, T>,
    ) -> Result<(), StepError> {
        let Self { network, learner, objective, .. } = self;
        differentiate(network, learner, objective, (pixels, labels, keys), at)
    }
}

fn differentiate<T: Real>(
    network: &Network,
    learner: &mut Learner<T>,
    objective: &mut Objective<T>,
    (pixels, labels, keys): (ArrayView2<'_, T>, &[u8], &[u32]),
    at: &Step<'_, T>,
) -> Result<(), StepError> {
    let samples = labels.len();
    if objective.correlates() && samples == 1 {
        return Err(ObjectiveError::OneSample.into());
    }
    objective.take(labels, keys, at.number());
    at.groups(objective.halves_taught().map(Taught::group));
    let g = learner.tape.graph(&learner.params);
    let pixels = g.samples(pixels);
    let terms = objective.record(&g, network, pixels);
    if !g.scalar(terms.total).is_finite()
        && let Some(dim) = terms.constant_dim(&g)
    {
        return Err(ObjectiveError::ConstantDim { dim, samples }.into());
    }
    terms.tell(&g, at);
    at.backward(&g, terms.total, &mut learner.gradients)
}

impl<T: Real> Experiment<T> for Autoencoder<T> {
    const NAME: &'static str = "autoencoder";
    const DESCRIPTION: &'static str = "MNIST autoencoder whose encoding is split by digit: the \
                                       paper's section 4.1 and its public replication";
    const PRESETS: &'static [Preset] = gradroute_runs::presets![
        "presets":
        "quick",
        "quick-random",
        "seed",
        "paper",
        "paper-separate-decoders",
        "paper-no-correlation",
        "paper-no-regularization",
        "paper-no-regularization-separate-decoders",
        "paper-overlap",
        "paper-unrouted-l1-top-only",
        "paper-unrouted-top-only",
        "paper-unrouted-regularized",
        "paper-unrouted",
        "partial-routing",
    ];
    const CURVES: &'static [CurvePanel] = CURVES;
    const PANEL: Option<&'static str> = Some(explore::PANEL);

    type Config = Config;
    type Data = Data;
    type Results = Results;

    fn load(config: &Config, given: Option<&Path>) -> Result<(Data, Inputs), LoadError> {
        Ok(Inputs::of(mnist::load(given, config.data.limit)?))
    }

    fn stages(config: &Config, data: &Data) -> Vec<Stage> {
        vec![config.train.stage(data.train.len())]
    }

    fn check(config: &Config, data: &Data) -> Result<(), ConfigError> {
        check_size(config, data.train.pixels())?;
        check_last_batch(config, data.train.len())
    }

    fn new(config: &Config, data: &Data) -> Self {
        Self::of_size(config, data.train.pixels())
    }

    fn state(&mut self, state: &mut State<'_, T>) {
        self.learner.state("", state);
    }

    fn step(&mut self, data: &Data, at: &Step<'_, T>) -> Result<(), StepError> {
        let Self { config, network, learner, objective, batches, .. } = self;
        let train = &config.train;
        let batches = batches.get_or_insert_with(|| train.batches(&data.train));
        let (pixels, labels, keys) = batches.with_keys(&data.train, at.position());
        at.samples(labels.len());
        objective.route_share(config.routing.share(at.epoch(), train.epochs as u64));
        differentiate(network, learner, objective, (pixels, labels, keys), at)?;
        let lr = config.optimizer.rate(at.position(), at.steps(), at.epoch());
        at.note("lr", lr);
        Ok(learner.update(lr)?)
    }

    fn evaluate(&mut self, data: &Data) -> Results {
        let Self { config, network, learner, floors: known, .. } = self;
        let halves = config.routing.halves();
        let floors = known.get_or_insert_with(|| floors(&data.train, &data.test, &halves)).clone();
        let TestErrors { decoder, bad_decoder, top, bottom } =
            test_errors(network, learner, &data.test, config.train.batch);
        let sets = (&data.train, &data.test);
        let probes = Some(probes(network, learner, sets, &halves, config.train.batch));
        Results {
            probes,
            ..Results::new(halves, &decoder, bad_decoder.as_ref(), &top, &bottom, floors)
        }
    }

    fn measures(results: &Results, _: &[StageResults<Results>]) -> Vec<Measure> {
        measures(results)
    }

    fn probe(&mut self, data: &Data) -> Result<Probe, FigureError> {
        let Self { config, network, learner, probe, .. } = self;
        let halves = config.routing.halves();
        let probe = probe.get_or_insert_with(|| RunProbe::of(data, halves));
        probe.look(network, learner, &data.test, config.train.batch)
    }

    fn page(&mut self, data: &Data, evaluation: &Evaluation<Results>) -> Result<Page, FigureError> {
        page(&self.config, &self.network, &mut self.learner, &data.test, &evaluation.results)
    }

    fn groups(config: &Config) -> Groups {
        groups(config)
    }

    fn answer(&mut self, data: &Data, question: &str) -> Result<String, AnswerError> {
        let Self { config, network, learner, known, .. } = self;
        explore::answer(&mut Exploring { config, network, learner }, data, known, question)
    }

    fn compare(
        comparison: &Comparison<Config, Results>,
        data: Option<&Data>,
    ) -> Result<ComparisonPage, CompareError> {
        compare::page(comparison, data)
    }
}
