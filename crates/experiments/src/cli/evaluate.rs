//! `gradroute evaluate`.

use clap::Args;

use super::failure::Failure;
use super::saved_run::{SavedRun, SavedRunArguments};

/// Evaluate a run again from its checkpoint
///
/// Writes the run's evaluation.json anew and prints the table.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  gradroute evaluate runs/quick-0-1")]
pub struct Evaluate {
    #[command(flatten)]
    run: SavedRunArguments,
}

impl Evaluate {
    pub fn run(self) -> Result<(), Failure> {
        self.run.machine.run(|| evaluate(self.run.open()?))
    }
}

// CONNECT: evaluate the weights, write evaluation.json, print the table.
fn evaluate(run: SavedRun) -> Result<(), Failure> {
    Err(anyhow::anyhow!("evaluation is not connected yet ({})", run.directory.root().display())
        .into())
}
