//! The autoencoder's configuration.

mod check;
mod keys;
mod loss;
mod settings;

pub use check::{check_last_batch, check_size};
pub use keys::{Config, Model};
pub use loss::{Loss, MeanOver, Routing};

#[cfg(test)]
mod tests;
