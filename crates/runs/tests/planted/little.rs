//! An experiment of two small parameters with room for a mistake.

use std::panic::catch_unwind;
use std::path::Path;

use gradroute_runs::config::{ConfigError, Preset, Settings};
use gradroute_runs::evaluation::StageResults;
use gradroute_runs::figures::FigureError;
use gradroute_runs::{
    Evaluation, Experiment, Inputs, Learner, LoadError, Measure, Page, Probe, Stage, State, Step,
    StepError, assert_resumes,
};
use gradroute_tape::Params;
use gradroute_tape::optim::{AdamOptions, UpdateError};
use serde::{Deserialize, Serialize};

/// The step that the second stage begins with.
pub const SECOND: u64 = 5;

/// What one experiment does otherwise than the others.
pub trait Part: Sized + 'static {
    fn new() -> Self;

    /// Shows what this part has to show.
    fn state(&mut self, _: &mut State<'_>) {}

    /// Shows the learner.
    fn show(&mut self, learner: &mut Learner, state: &mut State<'_>) {
        learner.state("", state);
    }

    /// What the parameters are to come near to in this step.
    fn target(&mut self, _: &mut Learner, _: &Step<'_>) -> f64 {
        1.0
    }

    fn update(&mut self, learner: &mut Learner) -> Result<(), UpdateError> {
        learner.adam.step(&mut learner.params, &learner.gradients)
    }

    fn evaluate(&mut self) {}

    /// A number that a probe tells.
    fn probe(&mut self) -> f64 {
        0.0
    }

    /// Looks at what a page is made of.
    fn page(&mut self, _: &Evaluation<Results>) {}
}

/// The experiment with one such part.
pub struct Little<P> {
    learner: Learner,
    part: P,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl Settings for Nothing {
    fn seed(&self) -> u64 {
        3
    }

    fn check(&self) -> Result<(), ConfigError> {
        Ok(())
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    first: f32,
}

impl<P: Part> Experiment for Little<P> {
    const NAME: &'static str = "little";
    const DESCRIPTION: &'static str = "Two parameters that come near to a number";
    const PRESETS: &'static [Preset] = &[];

    type Config = Nothing;
    type Data = ();
    type Results = Results;

    fn load(_: &Nothing, _: Option<&Path>) -> Result<((), Inputs), LoadError> {
        Ok(((), Inputs::none()))
    }

    fn stages(_: &Nothing, (): &()) -> Vec<Stage> {
        vec![Stage::new("first", SECOND), Stage::new("second", 4)]
    }

    fn new(_: &Nothing, (): &()) -> Self {
        let mut params = Params::new();
        params.add("a", &[3], || 0.5);
        params.add("b", &[2], || -0.5);
        let options = AdamOptions { lr: 0.1, ..AdamOptions::default() };
        Self { learner: Learner::new(params, options), part: P::new() }
    }

    fn state(&mut self, state: &mut State<'_>) {
        self.part.show(&mut self.learner, state);
        self.part.state(state);
    }

    fn step(&mut self, (): &(), at: &Step<'_>) -> Result<(), StepError> {
        let Self { learner, part } = self;
        let target = part.target(learner, at) + at.stream("noise").uniform();
        let g = learner.tape.graph(&learner.params);
        let ids: Vec<_> = learner.params.ids().collect();
        let error = |id| {
            let difference = g.affine(g.param(id), 1.0, -target);
            g.mean(g.mul(difference, difference))
        };
        let total = g.add(at.term(&g, "a", error(ids[0])), at.term(&g, "b", error(ids[1])));
        at.backward(&g, total, &mut learner.gradients)?;
        Ok(part.update(learner)?)
    }

    fn evaluate(&mut self, (): &()) -> Results {
        self.part.evaluate();
        Results { first: self.learner.params.flat()[0] }
    }

    fn measures(_: &Results, _: &[StageResults<Results>]) -> Vec<Measure> {
        Vec::new()
    }

    fn probe(&mut self, (): &()) -> Result<Probe, FigureError> {
        let measures = vec![Measure::new("number", "what the part tells", self.part.probe())];
        Ok(Probe { measures, figures: Vec::new() })
    }

    fn page(&mut self, (): &(), evaluation: &Evaluation<Results>) -> Result<Page, FigureError> {
        self.part.page(evaluation);
        Ok(Page::default())
    }
}

/// Asserts that the experiment with this part resumes.
pub fn resumes<P: Part>() {
    assert_resumes::<Little<P>>(&Nothing {}, &());
}

/// Asserts that it does not, and that the message says all of this.
#[track_caller]
pub fn is_told<P: Part>(parts: &[&str]) {
    let panicked = catch_unwind(resumes::<P>).expect_err("the mistake was not seen");
    let message = match panicked.downcast::<String>() {
        Ok(text) => *text,
        Err(text) => (*text.downcast::<&str>().expect("a message")).to_owned(),
    };
    for part in parts {
        assert!(message.contains(part), "it should say `{part}`: {message}");
    }
}
