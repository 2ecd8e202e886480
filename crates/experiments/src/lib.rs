//! Gradient routing on MNIST: data sets, configuration, models, trainer,
//! evaluation and run directories, as a library behind the `gradroute` command.

#![forbid(unsafe_code)]

pub mod autoencoder;
pub mod compare;
pub mod config;
pub mod data;
pub mod evaluate;
pub mod evaluation;
pub mod interrupt;
pub mod model;
pub mod nonfinite;
pub mod objective;
pub mod presets;
pub mod progress;
pub mod publish;
pub mod report;
pub mod routing;
pub mod run;
pub mod train;
pub mod trainer;
pub mod verify;
