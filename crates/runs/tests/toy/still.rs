//! A second experiment beside the first, as small as one can be.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use gradroute_runs::config::{ConfigError, Optimizer, Preset, Settings, Train};
use gradroute_runs::evaluation::StageResults;
use gradroute_runs::figures::{Canvas, Color, FigureError};
use gradroute_runs::{
    AnswerError, Experiment, Figure, Inputs, Learner, LoadError, Measure, Probe, Stage, State,
    Step, StepError,
};
use gradroute_tape::{ParamId, Params};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How long a step sleeps, to see what is spent around steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    milliseconds: Option<u64>,
    train: Train,
    optimizer: Optimizer,
}

impl Settings for Config {
    fn seed(&self) -> u64 {
        self.train.seed
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.train.check()?;
        self.optimizer.check()
    }
}

/// One number that comes to rest at 0.
pub struct Still {
    config: Config,
    learner: Learner,
    w: ParamId,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    w: f32,
}

impl Experiment for Still {
    const NAME: &'static str = "still";
    const DESCRIPTION: &'static str = "A number that comes to rest";
    const PRESETS: &'static [Preset] = &[Preset {
        name: "calm",
        toml: "description = \"A few steps\"\nexperiment = \"still\"\n\
               train = { batch = 1, epochs = 2, seed = 0, shuffle = false }\n\
               optimizer = { lr = 0.1, weight_decay = 0.0, decoupled = false, \
               schedule = \"constant\", beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }\n",
    }];

    const PANEL: Option<&'static str> = Some("export const show = () => {};\n");

    type Config = Config;
    type Data = ();
    type Results = Results;

    fn load(_: &Config, _: Option<&Path>) -> Result<((), Inputs), LoadError> {
        Ok(((), Inputs::none()))
    }

    fn stages(config: &Config, (): &()) -> Vec<Stage> {
        vec![config.train.stage(5)]
    }

    fn new(config: &Config, (): &()) -> Self {
        let mut params = Params::new();
        let start = 1.0 + config.train.seed as f32 / 10.0;
        let w = params.add("w", &[], || start);
        let learner = Learner::new(params, config.optimizer.options());
        Self { config: config.clone(), learner, w }
    }

    fn state(&mut self, state: &mut State<'_>) {
        self.learner.state("", state);
    }

    fn step(&mut self, (): &(), at: &Step<'_>) -> Result<(), StepError> {
        self.config.milliseconds.into_iter().for_each(|ms| sleep(Duration::from_millis(ms)));
        let g = self.learner.tape.graph(&self.learner.params);
        let w = g.param(self.w);
        at.backward(&g, g.mul(w, w), &mut self.learner.gradients)?;
        Ok(self.learner.update(self.config.optimizer.lr)?)
    }

    fn evaluate(&mut self, (): &()) -> Results {
        Results { w: self.learner.params.get(self.w)[0] }
    }

    fn probe(&mut self, (): &()) -> Result<Probe, FigureError> {
        let results = self.evaluate(&());
        let mut drawing = Canvas::new((40.0, 10.0));
        drawing.fill((0.0, 0.0), (40.0 * results.w.abs().min(1.0), 10.0), Color::BLUE);
        let figures = vec![Figure::new("bar", "How far it is from rest", drawing)];
        Ok(Probe { measures: Self::measures(&results, &[]), figures })
    }

    /// What there is to be found out by tests.
    fn answer(&mut self, (): &(), question: &str) -> Result<String, AnswerError> {
        match serde_json::from_str(question)? {
            "weight" => Ok(serde_json::to_string(self.learner.params.get(self.w))?),
            "take your time" => {
                sleep(Duration::from_millis(800));
                Ok("null".to_owned())
            }
            "fail" => panic!("as it was asked to"),
            other => Err(format!("nobody knows `{other}`").into()),
        }
    }

    fn measures(results: &Results, _: &[StageResults<Results>]) -> Vec<Measure> {
        let rest = results.w.abs().into();
        let rest = Measure::new("rest", "how far it is from rest", rest).with_floor(1.0);
        // Not every run has the same measures.
        let near = (results.w.abs() < 0.5).then(|| Measure::new("near", "that it is near", 1.0));
        near.into_iter().chain([rest]).collect()
    }
}
