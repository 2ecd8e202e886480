//! What is the autoencoder's own in runs that are killed or diverge; what holds for every experiment
//! is tested where runs are made.

mod control;
mod faults;
mod nonfinite;
#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../../../runs/tests/program/mod.rs"]
mod program;
mod resume;
mod run;
