//! What the server asks of the program's experiments, whatever their types.

use std::path::{Path, PathBuf};

use gradroute_tape::TracePage;

use crate::audit::Audit;

/// The experiments of a program.
pub trait Experiments: Send + Sync {
    /// The program's name.
    fn program(&self) -> &'static str;

    /// The first one's name, which runs are of that do not name theirs.
    fn first(&self) -> &'static str;

    /// The script of an experiment's panel, if there is such an experiment and it has one.
    fn panel(&self, experiment: &str) -> Option<&'static str>;

    /// A run's model as it was after `at` steps.
    ///
    /// # Errors
    /// Why it can't be had, in words.
    fn model(&self, run: &Path, at: u64) -> Result<Box<dyn Model>, String>;

    /// The page of the backward passes of a step.
    ///
    /// # Errors
    /// Why it can't be had, in words.
    fn trace(&self, of: &StepOf) -> Result<TracePage<f32>, String>;

    /// The audit of a step.
    ///
    /// # Errors
    /// Why it can't be had, in words.
    fn audit(&self, of: &StepOf) -> Result<Audit, String>;
}

/// A trained model, in memory.
pub trait Model {
    /// What the experiment [answers](crate::Experiment::answer) to a question.
    ///
    /// # Errors
    /// When it can't, in words.
    fn answer(&mut self, question: &str) -> Result<String, String>;
}

/// A step of a run.
#[derive(Clone, Debug)]
pub struct StepOf {
    /// The run's directory.
    pub run: PathBuf,
    /// How many steps are made before it.
    pub at: u64,
    /// Samples of its batch, if not as many as the run's.
    pub batch: Option<i64>,
    /// Settings that differ from the run's, each `key=value`; each of them a variant of the graph.
    pub variants: Vec<String>,
}
