//! Gradient routing on MNIST: data sets, configuration, models, trainer,
//! evaluation and run directories, as a library behind the `gradroute` command.

pub mod config;
pub mod data;
pub mod evaluation;
pub mod interrupt;
pub mod nonfinite;
pub mod presets;
pub mod progress;
pub mod run;
