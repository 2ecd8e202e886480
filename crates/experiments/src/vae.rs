//! The label-routed VAE: an autoencoder of MNIST with ten dims, in which the reconstruction of a
//! digit teaches that digit's dim alone (github.com/g-w1/gradient-routed-vae).
//!
//! - [`config`]: what can be configured. [`network`]: encoder, two heads, decoder.
//! - [`objective`]: the loss of a step, and its one route. [`Vae`]: all of it as an experiment.
//! - [`evaluation`]: what a trained model is judged by; `measures`, `figures`, `page`, `probe` and `compare` show it.

mod compare;
pub mod config;
pub mod evaluation;
mod experiment;
mod explored;
mod figures;
mod measures;
pub mod network;
pub mod objective;
mod page;
mod probe;

pub use experiment::Vae;

/// Digits, and as many dims of the encoding.
pub const DIGITS: usize = 10;

/// The digits as names of rows and columns.
fn digit_names() -> Vec<String> {
    (0..DIGITS).map(|digit| digit.to_string()).collect()
}

#[cfg(test)]
mod tests;
