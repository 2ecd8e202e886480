//! What all experiments share: configuration with presets, a training loop that resumes exactly,
//! run directories, figures, reports, comparing over seeds, and the command line. It knows no model
//! and no data set; an experiment is a type that implements [`Experiment`].
//!
//! # A whole experiment
//!
//! Two weights are fitted to `y = 3 a - 2 b`. Every second sample may teach the first weight only,
//! the others the second one. [`main!`] makes a program of it; [`assert_resumes`] proves that it can
//! be interrupted anywhere. Beside this crate it needs `gradroute-tape`, and `serde` with the
//! feature `derive`.
//!
//! ```
//! use gradroute_runs::config::{ConfigError, Optimizer, Preset, Settings, Train};
//! use gradroute_runs::evaluation::StageResults;
//! use gradroute_runs::*;
//! use gradroute_tape::{ParamId, Params, Shape};
//! use serde::{Deserialize, Serialize};
//! use std::path::Path;
//! #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
//! #[serde(deny_unknown_fields)]
//! pub struct Config { train: Train, optimizer: Optimizer }
//! impl Settings for Config {
//!     fn seed(&self) -> u64 { self.train.seed }
//!     fn check(&self) -> Result<(), ConfigError> { self.train.check()?; self.optimizer.check() }
//! }
//! pub struct Line { config: Config, learner: Learner, w: ParamId } // all that a run is between two steps
//! #[derive(Clone, Serialize, Deserialize)] pub struct Results { w: Vec<f32> }
//!
//! impl Experiment for Line {
//!     const NAME: &'static str = "line";
//!     const DESCRIPTION: &'static str = "two weights, each taught by every second sample";
//!     const PRESETS: &'static [Preset] = &[Preset { name: "line-quick", toml: PRESET }];
//!     type Config = Config;
//!     type Data = (); // nothing is read
//!     type Results = Results;
//!     fn load(_: &Config, _: Option<&Path>) -> Result<((), Inputs), LoadError> { Ok(((), Inputs::none())) }
//!     fn stages(config: &Config, _: &()) -> Vec<Stage> { vec![config.train.stage(64)] }
//!     fn new(config: &Config, _: &()) -> Self {
//!         let mut params = Params::new();
//!         let w = params.add("w", &[2], || 0.0);
//!         Self { w, learner: Learner::new(params, config.optimizer.options()), config: config.clone() }
//!     }
//!     fn state(&mut self, state: &mut State<'_>) { self.learner.state("", state); }
//!     fn step(&mut self, _: &(), at: &Step<'_>) -> Result<(), StepError> {
//!         let (n, mut draw) = (self.config.train.batch, at.stream("samples"));
//!         let x: Vec<f32> = (0..2 * n).map(|_| draw.normal() as f32).collect();
//!         let y: Vec<f32> = x.chunks(2).map(|x| 3.0 * x[0] - 2.0 * x[1]).collect();
//!         let mask: Vec<f32> = (0..n).flat_map(|i| if i % 2 == 0 { [1., 0.] } else { [0., 1.] }).collect();
//!         let Learner { params, gradients, tape, .. } = &mut self.learner;
//!         let g = tape.graph(params);
//!         let z = g.mul(g.literal(Shape::of_samples(&[n, 2]), &x), g.param(self.w));
//!         let z = g.route(z, g.literal(Shape::of_samples(&[n, 2]), &mask)); // who teaches which weight
//!         let y = g.literal(Shape::of_samples(&[n]), &y);
//!         let error = g.mean_squared_error(g.sum_axis(z, 1), y);
//!         at.backward(&g, at.term(&g, "error", error), gradients)?;
//!         Ok(self.learner.update(self.config.optimizer.rate(at.position(), at.steps(), at.epoch()))?)
//!     }
//!     fn evaluate(&mut self, _: &()) -> Results { Results { w: self.learner.params.get(self.w).to_vec() } }
//!     fn measures(results: &Results, _: &[StageResults<Results>]) -> Vec<Measure> {
//!         vec![Measure::new("w0", "the first weight, 3 when learned", results.w[0].into())]
//!     }
//! }
//!
//! const PRESET: &str = r#"
//!     description = "The only preset"
//!     train = { batch = 16, epochs = 4, seed = 0, shuffle = false }
//!     optimizer = { lr = 0.5, weight_decay = 0.0, decoupled = false, schedule = "linear", beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }
//! "#;
//!
//! // In `main.rs`: gradroute_runs::main! { name: "line", about: "A line", experiments: [Line] }
//! let config = Line::resolve(&config::Request::default()).unwrap().config;
//! assert_resumes::<Line>(&config, &());
//! # let mut driver = Driver::<Line>::new(&config, &()).unwrap();
//! # let (mut first, mut last) = (None, None);
//! # while !driver.is_done() {
//! #     last = driver.step().unwrap().line.get("error");
//! #     first = first.or(last);
//! # }
//! # assert!(last < first);
//! ```
//!
//! # Where things are
//!
//! - [`Experiment`], [`Step`], [`State`], [`Stage`], [`Learner`]: what an experiment is written with.
//! - [`config`]: typed configuration from presets, files and `--set`.
//! - [`Driver`]: an experiment in memory, step by step; [`train`]: a whole run on disk.
//! - [`run`]: what a run leaves, and how it is known to be whole; [`verify`](fn@verify).
//! - [`figures`], [`table`], [`report`], [`statistics`]: showing results; [`compare`]: over seeds.
//! - [`sweep`](mod@sweep): many runs by one file.
//! - [`images`]: the crate `gradroute-images`: labelled images in IDX files, MNIST, and batches.
//! - [`cli`]: the command line, which [`main!`] gives to a binary.
//!
//! # Promises
//!
//! - A run that is interrupted and resumed goes on with the bits that it would have had, if the
//!   experiment shows [`State`] all that its next step depends on; [`assert_resumes`] tests that.
//! - A checkpoint that is not to the byte what was written is never used.
//! - What is read from outside never panics, and errors name file, field and what was expected.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::print_stderr, clippy::print_stdout))]

mod against;
pub mod audit;
pub mod cli;
pub mod compare;
pub mod config;
mod console;
mod curves;
mod data_again;
mod driver;
pub mod evaluation;
mod experiment;
pub mod figures;
pub mod flow;
mod inputs;
pub mod interrupt;
mod learner;
mod main_macro;
pub mod nonfinite;
mod page;
mod plan;
mod probe;
mod program;
mod progress;
pub mod report;
mod resume_check;
pub mod run;
mod seen;
#[cfg(feature = "serve")]
mod serve;
pub mod state;
pub mod statistics;
mod step;
pub mod sweep;
pub mod table;
pub mod train;
mod verify;
mod watch;

pub use curves::{CurveOf, CurvePanel, Marks, loss_curves};
pub use driver::Driver;
pub use evaluation::{Evaluation, Measure};
pub use experiment::{AnswerError, Experiment, ExtraCommand, LoadError};
pub use gradroute_images as images;
pub use inputs::Inputs;
pub use learner::Learner;
pub use page::{Figure, Page, Verdict};
pub use plan::{Plan, PlanError, Stage};
pub use probe::{Picture, Probe, ProbeLine};
pub use program::Program;
pub use resume_check::assert_resumes;
pub use seen::Seen;
pub use state::State;
pub use step::{Made, Number, Step, StepError, StepLine, StepStream, StepTiming};
pub use verify::{Finding, verify};
