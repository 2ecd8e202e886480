//! A whole program with a small experiment that has everything that makes resuming hard, and one
//! that has next to nothing. Tests run it, kill it and damage what it leaves.
//!
//! Not called `main.rs`, which Cargo would take for a test of its own.

#![forbid(unsafe_code)]

mod seeker;
mod still;

gradroute_runs::main! {
    name: "toy",
    about: "Walkers that look for numbers, to test what every experiment is promised",
    experiments: [seeker::Seeker, still::Still],
}
