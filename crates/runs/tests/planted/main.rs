//! `assert_resumes` passes for experiments that resume exactly, and tells of each mistake by which
//! one does not.

mod evaluating;
mod little;
mod probing;
mod random;
#[path = "../toy/seeker/mod.rs"]
mod seeker;
mod sound;
mod training;
mod values;
