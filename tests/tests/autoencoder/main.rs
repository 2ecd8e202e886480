//! The autoencoder's objectives and its training, against what was computed elsewhere.

mod audit;
mod golden;
mod golden_training;
mod graph;
mod objectives;
