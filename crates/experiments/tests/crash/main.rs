//! What is the autoencoder's own in runs that are killed or diverge; what holds for every experiment
//! is tested where runs are made.

mod faults;
mod nonfinite;
mod resume;
mod run;
