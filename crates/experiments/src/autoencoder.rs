//! The autoencoder on MNIST whose encoding is split by digit (Cloud et al. 2024, arXiv 2410.04332,
//! section 4.1), with the public replication of it.

pub mod compare;
pub mod config;
mod curves;
mod digit_list;
mod error;
mod error_table;
pub mod evaluation;
mod experiment;
mod explored;
pub mod figures;
mod floors;
mod groups;
mod halves;
mod judge;
mod measures;
mod network;
pub mod objective;
mod page;
mod palette;
mod probe;
mod reading;
pub mod rules;
mod run_probe;

pub use error::ObjectiveError;
pub use error_table::error_table;
pub use experiment::Autoencoder;
pub use groups::Taught;
pub use halves::{CLASSES, Half, Halves};
pub use network::{Network, Reconstructions};
pub use probe::{Probe, Probes};
