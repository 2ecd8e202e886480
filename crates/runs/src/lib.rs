//! What all experiments share. (Written out below.)

#![forbid(unsafe_code)]

pub mod cli;
pub mod compare;
pub mod config;
mod curves;
mod driver;
pub mod evaluation;
mod experiment;
pub mod figures;
pub mod images;
mod inputs;
pub mod interrupt;
mod learner;
mod main_macro;
pub mod nonfinite;
mod page;
mod plan;
mod program;
mod progress;
pub mod report;
mod resume_check;
pub mod run;
pub mod state;
pub mod statistics;
mod step;
pub mod table;
pub mod train;
mod verify;

pub use curves::{CurveOf, CurvePanel, Marks, loss_curves};
pub use driver::Driver;
pub use evaluation::{Evaluation, Measure};
pub use experiment::{Experiment, ExtraCommand, LoadError};
pub use inputs::Inputs;
pub use learner::Learner;
pub use page::{Figure, Page, Verdict};
pub use plan::{Plan, PlanError, Stage};
pub use program::Program;
pub use resume_check::assert_resumes;
pub use state::State;
pub use step::{Made, Number, Step, StepError, StepLine, StepStream, StepTiming};
pub use verify::{Finding, verify};
