//! Walkers on a ring of cells that learn where the large numbers are: a world that persists from
//! step to step, a policy and a critic with an optimizer each, and a second stage that begins with
//! another optimizer and a frozen parameter.

mod config;
mod experiment;
mod judged;
mod network;
mod numbers;
mod page;
mod world;

pub use experiment::Seeker;
