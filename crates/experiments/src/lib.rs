//! Experiments with gradient routing, a folder each, behind the `gradroute` command. What they
//! share is in [`gradroute_runs`].

#![forbid(unsafe_code)]

pub mod autoencoder;
mod explore;
pub mod vae;

#[cfg(not(test))]
use gradroute_runs::cli::{Entry, entry};

/// The experiments of the `gradroute` program, the default first.
// Not in the unit tests, which would compile the whole program once more.
#[cfg(not(test))]
pub static EXPERIMENTS: &[Entry] = &[entry::<autoencoder::Autoencoder>(), entry::<vae::Vae>()];
