//! Runs that take as long as they are told to, without work: to see what is spent around them.

use std::path::Path;
use std::time::Duration;

use gradroute_runs::config::{ConfigError, Preset, Settings, require};
use gradroute_runs::evaluation::StageResults;
use gradroute_runs::{
    Experiment, Inputs, Learner, LoadError, Measure, Stage, State, Step, StepError,
};
use gradroute_tape::optim::AdamOptions;
use gradroute_tape::{ParamId, Params};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    train: Train,
    depth: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Train {
    seed: u64,
    steps: u64,
    milliseconds_per_step: u64,
}

impl Settings for Config {
    fn seed(&self) -> u64 {
        self.train.seed
    }

    fn check(&self) -> Result<(), ConfigError> {
        require(self.train.steps > 0, "train.steps", self.train.steps, "at least 1")
    }
}

/// A number that a sleeper comes to.
pub struct Nap {
    config: Config,
    learner: Learner,
    w: ParamId,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    w: f32,
}

impl Experiment for Nap {
    const NAME: &'static str = "nap";
    const DESCRIPTION: &'static str = "A sleep of a second";
    const PRESETS: &'static [Preset] = &[Preset {
        name: "nap",
        toml: "description = \"A second\"\nexperiment = \"nap\"\ndepth = 1.0\n\
               train = { seed = 0, steps = 10, milliseconds_per_step = 100 }\n",
    }];

    type Config = Config;
    type Data = ();
    type Results = Results;

    fn load(_: &Config, _: Option<&Path>) -> Result<((), Inputs), LoadError> {
        Ok(((), Inputs::none()))
    }

    fn stages(config: &Config, (): &()) -> Vec<Stage> {
        vec![Stage::new("sleep", config.train.steps)]
    }

    fn new(config: &Config, (): &()) -> Self {
        let mut params = Params::new();
        let start = config.depth as f32 + config.train.seed as f32 / 10.0;
        let w = params.add("w", &[], || start);
        Self { config: config.clone(), learner: Learner::new(params, AdamOptions::default()), w }
    }

    fn state(&mut self, state: &mut State<'_>) {
        self.learner.state("", state);
    }

    fn step(&mut self, (): &(), at: &Step<'_>) -> Result<(), StepError> {
        std::thread::sleep(Duration::from_millis(self.config.train.milliseconds_per_step));
        let g = self.learner.tape.graph(&self.learner.params);
        let w = g.param(self.w);
        at.backward(&g, g.mul(w, w), &mut self.learner.gradients)?;
        Ok(self.learner.update(0.1)?)
    }

    fn evaluate(&mut self, (): &()) -> Results {
        Results { w: self.learner.params.get(self.w)[0] }
    }

    fn measures(results: &Results, _: &[StageResults<Results>]) -> Vec<Measure> {
        vec![Measure::new("depth", "how deep it is", results.w.into())]
    }
}
