//! `gradroute figures`.

use clap::Args;
use gradroute::publish::publish;
use gradroute::run::read_json;

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
        self.run.machine.run(|| {
            let SavedRun { directory, resolved, data, manifest, mut trainer } = self.run.open()?;
            let evaluation = read_json(&directory.evaluation())?;
            let facts = manifest.as_ref();
            publish(&directory, &resolved, facts, &evaluation, &mut trainer, &data.test)?;
            manifest.map_or(Ok(()), |mut manifest| manifest.seal(&directory))?;
            let (figures, report) = (directory.figures(), directory.report());
            super::print(&format!("Written: {} and {}\n", figures.display(), report.display()))
        })
    }
}
