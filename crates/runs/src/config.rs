//! The typed configuration of a run, and how it comes about.
//!
//! A configuration starts as a preset, is changed by a TOML file, then by `key=value` overrides,
//! then by command-line flags; see [`resolve`]. Keys that don't exist are refused by name. The
//! result is written into the run directory as `config.toml`, which `--config` takes again.
//!
//! An experiment's configuration is any type that implements [`Settings`]. [`Train`],
//! [`Data`] and [`Optimizer`] are sections that most can use as they are.

mod changes;
mod data;
mod error;
mod flat;
mod layer;
pub(crate) mod length;
mod merge;
mod numbers;
mod optimizer;
mod presets;
mod range;
mod request;
mod resolve;
mod schedule;
mod settings;
mod sizes;
mod train;

pub use changes::{Change, changes};
pub(crate) use changes::{PROBE_EVERY, the_experiment};
pub use data::Data;
pub use error::ConfigError;
pub(crate) use flat::{Keys, differing, keys};
pub use layer::FileLayer;
pub use merge::nearest;
pub use numbers::fits_32_bits;
pub use optimizer::Optimizer;
pub use presets::Preset;
pub use range::require;
pub use request::{Override, Request};
pub use resolve::{Resolved, config_of, parse, read, resolve};
pub use schedule::Schedule;
pub use settings::Settings;
pub use sizes::{MAX_PARAMETERS, MAX_WIDTH, require_parameters, require_widths};
pub use train::{Train, none_is_zero, zero_is_none};
