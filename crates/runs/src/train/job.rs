//! What a run is to do, and what it achieved.

use std::path::Path;

use crate::config::Resolved;
use crate::evaluation::Evaluation;
use crate::experiment::Experiment;
use crate::inputs::Inputs;
use crate::interrupt::StopFlag;
use crate::page::Page;
use crate::program::Program;
use crate::progress::StepsTo;
use crate::run::checkpoint::Checkpoint;
use crate::run::saved::Loaded;
use crate::run::{Manifest, RunDirectory};

/// What a run is to do and where.
pub struct Job<'a, E: Experiment> {
    /// The program, for the manifest.
    pub program: &'a Program,
    /// The configuration.
    pub resolved: &'a Resolved<E::Config>,
    /// The data.
    pub data: &'a E::Data,
    /// Where they are from.
    pub inputs: &'a Inputs,
    /// Where the results go, locked.
    pub directory: &'a RunDirectory,
    /// Where the run begins.
    pub start: Start<'a>,
    /// Ends the run after its current step when set.
    pub stop: &'a StopFlag,
    /// Whether to look at every value and gradient of every op for one that is not finite.
    pub check_every_op: bool,
    /// Who is told of its steps.
    pub steps_to: StepsTo<'a>,
}

/// Where a run begins.
pub enum Start<'a> {
    /// At step 0, in a directory that was just created.
    Fresh {
        /// Initial weights and the file they are from, if not those of the seed.
        init: Option<(&'a Path, &'a Checkpoint)>,
    },
    /// At a checkpoint of the directory. What came after it is made again.
    Resume {
        /// The checkpoint.
        loaded: Box<Loaded>,
        /// What `config.toml` is to hold, if the run is made longer.
        config: Option<String>,
    },
}

/// What a run achieved.
pub struct Outcome<R> {
    /// What made it.
    pub manifest: Manifest,
    /// How it was judged.
    pub evaluation: Evaluation<R>,
    /// What is shown of it.
    pub page: Page,
}
