//! What needs the experiments' generic code, in one program that compiles it once.

mod autoencoder_page;
mod configuration;
mod sweeps;
mod vae_training;
