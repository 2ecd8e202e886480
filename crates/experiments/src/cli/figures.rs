//! `gradroute figures`.

use clap::Args;

use super::failure::Failure;
use super::saved_run::{SavedRun, SavedRunArguments};

/// Draw a run's figures and report again from its checkpoint
///
/// Writes the run's figures/ and report.html anew.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  gradroute figures runs/quick-0-1")]
pub struct Figures {
    #[command(flatten)]
    run: SavedRunArguments,
}

impl Figures {
    pub fn run(self) -> Result<(), Failure> {
        self.run.machine.run(|| figures(self.run.open()?))
    }
}

// CONNECT: draw figures/ and report.html.
fn figures(run: SavedRun) -> Result<(), Failure> {
    Err(anyhow::anyhow!("figures are not connected yet ({})", run.directory.root().display())
        .into())
}
