//! The label-routed VAE as an experiment.

use std::path::Path;

use gradroute_runs::audit::Groups;
use gradroute_runs::compare::{CompareError, Comparison, ComparisonPage};
use gradroute_runs::config::{ConfigError, Preset};
use gradroute_runs::evaluation::StageResults;
use gradroute_runs::figures::{Color, FigureError};
use gradroute_runs::images::{Batches, Data, mnist, rows};
use gradroute_runs::{
    AnswerError, CurveOf, CurvePanel, Evaluation, Experiment, Inputs, Learner, LoadError, Measure,
    Page, Probe, Stage, State, Step, StepError,
};
use gradroute_tape::{Params, Real};

use super::DIGITS;
use super::config::Config;
use super::evaluation::{MeanImages, Results, evaluate, normal};
use super::explored::Exploring;
use super::measures::measures;
use super::network::Network;
use super::objective::{Batch, Terms, own_dims, record};
use super::probe::RunProbe;
use super::{compare, page};
use crate::explore::{self, Known};

/// A VAE with a dim for each digit.
pub struct Vae<T: Real = f32> {
    config: Config,
    network: Network,
    learner: Learner<T>,
    /// Made with the first batch.
    batches: Option<Batches<T>>,
    /// Of the data, computed with the first evaluation.
    means: Option<MeanImages>,
    /// For the panel, computed with the first question.
    known: Option<Known>,
    /// Made with the first probe.
    probe: Option<RunProbe<T>>,
}

impl<T: Real> Vae<T> {
    /// The parameters with their gradients and their optimizer.
    pub fn learner(&self) -> &Learner<T> {
        &self.learner
    }
}

impl<T: Real> Experiment<T> for Vae<T> {
    const NAME: &'static str = "vae";
    const DESCRIPTION: &'static str = "MNIST autoencoder with noise and ten dims, in which the \
                                       reconstruction of a digit teaches that digit's dim alone";
    const PRESETS: &'static [Preset] = gradroute_runs::presets!["presets": "vae-quick", "vae"];
    const CURVES: &'static [CurvePanel] = &[
        CurvePanel {
            name: "squared distance of an image, times its weight",
            height: 1.4,
            curves: &[curve("reconstruction", Color::BLUE)],
        },
        CurvePanel {
            name: "mean² + exp(c) − c, which is 1 at best",
            height: 1.0,
            curves: &[curve("penalty", Color::VERMILLION)],
        },
    ];

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
        config.check_size(data.train.pixels())
    }

    fn new(config: &Config, data: &Data) -> Self {
        let mut params = Params::new();
        let (pixels, seed) = (data.train.pixels(), config.train.seed);
        let network = Network::new(&mut params, pixels, &config.model.hidden, seed);
        let learner = Learner::new(params, config.optimizer.options());
        let (config, batches, means) = (config.clone(), None, None);
        Self { config, network, learner, batches, means, known: None, probe: None }
    }

    fn state(&mut self, state: &mut State<'_, T>) {
        self.learner.state("", state);
    }

    fn step(&mut self, data: &Data, at: &Step<'_, T>) -> Result<(), StepError> {
        let Self { config, network, learner, batches, .. } = self;
        let batches = batches.get_or_insert_with(|| config.train.batches(&data.train));
        let (pixels, labels) = batches.at(&data.train, at.position());
        at.samples(labels.len());
        let noise = normal(&mut at.stream("noise"), labels.len() * DIGITS);
        let g = learner.tape.graph(&learner.params);
        let batch = Batch {
            pixels: g.samples(pixels),
            noise: g.samples(rows(&noise, labels.len())),
            mask: config.routing.enabled.then(|| own_dims(&g, labels)),
        };
        let Terms { reconstruction, penalty, heads } = record(&g, network, &config.loss, batch);
        at.groups(labels.iter().copied());
        for (name, head) in [("mean", heads.mean), ("c", heads.c)] {
            at.regions(head, (0..DIGITS).map(|dim| (format!("{name} {dim}"), dim..dim + 1)));
        }
        let total =
            g.add(at.term(&g, "reconstruction", reconstruction), at.term(&g, "penalty", penalty));
        at.backward(&g, total, &mut learner.gradients)?;
        let lr = config.optimizer.rate(at.position(), at.steps(), at.epoch());
        at.note("lr", lr);
        Ok(learner.update(lr)?)
    }

    fn evaluate(&mut self, data: &Data) -> Results {
        let Self { config: Config { train, .. }, network, learner, means, .. } = self;
        let means = means.get_or_insert_with(|| MeanImages::of(&data.train, &data.test));
        evaluate(network, learner, means, &data.test, train.batch, train.seed)
    }

    fn measures(results: &Results, _: &[StageResults<Results>]) -> Vec<Measure> {
        measures(results)
    }

    fn probe(&mut self, data: &Data) -> Result<Probe, FigureError> {
        let Self { config: Config { train, .. }, network, learner, probe, .. } = self;
        let probe = probe.get_or_insert_with(|| RunProbe::of(data));
        probe.look(network, learner, &data.test, (train.batch, train.seed))
    }

    fn page(&mut self, data: &Data, evaluation: &Evaluation<Results>) -> Result<Page, FigureError> {
        page::page(&self.config, &self.network, &mut self.learner, &data.test, &evaluation.results)
    }

    fn groups(_: &Config) -> Groups {
        let mut groups = Groups::of((0..DIGITS).map(|digit| format!("digit {digit}")));
        for (digit, dim) in (0..DIGITS * DIGITS).map(|pair| (pair / DIGITS, pair % DIGITS)) {
            for head in ["mean", "c"].into_iter().filter(|_| digit != dim) {
                groups = groups.must_not_teach(&format!("digit {digit}"), format!("{head} {dim}"));
            }
        }
        groups
    }

    fn answer(&mut self, data: &Data, question: &str) -> Result<String, AnswerError> {
        let Self { network, learner, known, .. } = self;
        explore::answer(&mut Exploring { network, learner }, data, known, question)
    }

    fn compare(
        comparison: &Comparison<Config, Results>,
        _: Option<&Data>,
    ) -> Result<ComparisonPage, CompareError> {
        Ok(compare::page(comparison)?)
    }
}

const fn curve(term: &'static str, color: Color) -> CurveOf {
    CurveOf { term, label: term, color, optional: true }
}
