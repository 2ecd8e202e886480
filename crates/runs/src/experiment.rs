//! What an experiment is.

use std::path::Path;

use clap::{ArgMatches, Command};
use gradroute_tape::Real;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::audit::Groups;
use crate::compare::{CompareError, Comparison, ComparisonPage};
use crate::config::{self, ConfigError, Preset, Request, Resolved, Settings};
use crate::curves::CurvePanel;
use crate::evaluation::{Evaluation, Measure, StageResults};
use crate::figures::FigureError;
use crate::inputs::Inputs;
use crate::page::Page;
use crate::plan::Stage;
use crate::probe::Probe;
use crate::state::State;
use crate::step::{Step, StepError};

/// Why data could not be read.
pub type LoadError = Box<dyn std::error::Error + Send + Sync>;

/// Why a question has no answer.
pub type AnswerError = Box<dyn std::error::Error + Send + Sync>;

/// A command of an experiment's own, such as `gradroute language world`.
#[derive(Clone, Copy)]
pub struct ExtraCommand {
    /// Its name, arguments and help.
    pub command: fn() -> Command,
    /// What it does; the text that is returned is printed.
    pub run: fn(&ArgMatches) -> Result<String, LoadError>,
}

/// An experiment: a model, what it is trained on and by which loss, and how it is judged.
///
/// `Self` is all that a run is between two steps: parameters, optimizers, an environment. Everything
/// else comes from here without a line: configuration with presets, progress, exact resume, logs,
/// checkpoints, report, comparing, and the command line ([`main!`](crate::main)).
///
/// Runs train in f32. Tests can compare in f64 through the same trait, by an experiment that is
/// generic over its precision.
pub trait Experiment<T: Real = f32>: Sized + 'static {
    /// Its name: the key `experiment` of configurations.
    const NAME: &'static str;
    /// What it is, in a line.
    const DESCRIPTION: &'static str;
    /// Its built-in configurations, the default first; see [`presets!`](crate::presets).
    const PRESETS: &'static [Preset];
    /// Commands of its own.
    const COMMANDS: &'static [ExtraCommand] = &[];
    /// How its losses are drawn; empty for all that a step tells in one panel.
    const CURVES: &'static [CurvePanel] = &[];
    /// The script of its panel, if a trained model of it can be explored in a browser: an ES module, as
    /// `SERVE.md` says, that asks questions which [`answer`](Experiment::answer) answers.
    const PANEL: Option<&'static str> = None;

    /// Its configuration.
    type Config: Settings;
    /// What it reads from outside, if anything.
    type Data;
    /// What [`evaluate`](Experiment::evaluate) finds; a struct, for its fields become keys of
    /// `evaluation.json`, where `measures` and `stages` are taken. Floats that may be NaN need
    /// [`nonfinite`](crate::nonfinite).
    type Results: Clone + Serialize + DeserializeOwned;

    /// Reads the data: from `given` if the user named a folder or file, else from where the
    /// experiment finds them by itself.
    ///
    /// # Errors
    /// When they can't be had, with file and reason.
    fn load(config: &Self::Config, given: Option<&Path>)
    -> Result<(Self::Data, Inputs), LoadError>;

    /// The stages of a run, each with at least one step.
    fn stages(config: &Self::Config, data: &Self::Data) -> Vec<Stage>;

    /// Refuses a configuration that does not fit the data, before there is a run directory.
    ///
    /// # Errors
    /// The key that is at fault.
    fn check(config: &Self::Config, data: &Self::Data) -> Result<(), ConfigError> {
        let _ = (config, data);
        Ok(())
    }

    /// The experiment before its first step, with all parameters that there will ever be.
    fn new(config: &Self::Config, data: &Self::Data) -> Self;

    /// Shows everything that the next step depends on, to be saved or restored. What follows from
    /// the configuration, the data or the step's number need not be shown.
    fn state(&mut self, state: &mut State<'_, T>);

    /// Makes one step. What it does may depend on the state, the data and the step alone.
    ///
    /// # Errors
    /// When it can't be made; the state must be as it was then.
    fn step(&mut self, data: &Self::Data, at: &Step<'_, T>) -> Result<(), StepError>;

    /// Judges the experiment as it is. Must leave the state as it was.
    fn evaluate(&mut self, data: &Self::Data) -> Self::Results;

    /// The numbers by which runs are compared, each with a name of its own. `earlier` are the
    /// results at the ends of the stages before; in the first stage there are none.
    fn measures(results: &Self::Results, earlier: &[StageResults<Self::Results>]) -> Vec<Measure>;

    /// A quick look at the experiment as it is, made before the first step and every
    /// [`Stage::probe_every`] steps: a few fixed samples, judged and drawn, so that one sees a run
    /// grow on the pages of `serve`. Must leave the state as it was, and draw no random
    /// numbers but from a stream of its own. Should take no longer than a step or two, and pictures of
    /// some 40 kB ([`ImageRows::draw_small`](crate::figures::ImageRows::draw_small)): they are kept.
    ///
    /// # Errors
    /// When a figure can't be drawn.
    fn probe(&mut self, data: &Self::Data) -> Result<Probe, FigureError> {
        let _ = data;
        Ok(Probe::default())
    }

    /// What is shown of a run.
    ///
    /// # Errors
    /// When a figure can't be drawn.
    fn page(
        &mut self,
        data: &Self::Data,
        evaluation: &Evaluation<Self::Results>,
    ) -> Result<Page, FigureError> {
        let _ = (data, evaluation);
        Ok(Page::default())
    }

    /// The groups into which the samples are sorted, what each must not teach, and what must not move:
    /// what the [audit](crate::audit) holds a run to, and what `graph` calls a leak. None for an experiment
    /// that is not audited.
    fn groups(config: &Self::Config) -> Groups {
        let _ = config;
        Groups::default()
    }

    /// What a trained model answers to a question of its [panel](Experiment::PANEL); both are JSON, which the
    /// panel and this function agree on. May change the state, of which nobody has need afterwards but the next
    /// question.
    ///
    /// # Errors
    /// What is wrong with the question; the panel shows it.
    fn answer(&mut self, data: &Self::Data, question: &str) -> Result<String, AnswerError> {
        let _ = data;
        Err(format!("{} answers no questions, such as {question}", Self::NAME).into())
    }

    /// What a comparison shows beside the table of measures; pictures only where `data` is given.
    ///
    /// # Errors
    /// When runs can't be compared, or a figure can't be drawn.
    fn compare(
        comparison: &Comparison<Self::Config, Self::Results>,
        data: Option<&Self::Data>,
    ) -> Result<ComparisonPage, CompareError> {
        let _ = (comparison, data);
        Ok(ComparisonPage::default())
    }

    /// The configuration that `request` asks for.
    ///
    /// # Errors
    /// As [`config::resolve`].
    fn resolve(request: &Request) -> Result<Resolved<Self::Config>, ConfigError> {
        config::resolve(Self::NAME, Self::PRESETS, request)
    }
}
