//! `gradroute evaluate`.

use clap::Args;
use gradroute::data;
use gradroute::evaluate::evaluate;
use gradroute::run::atomic;

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
        self.run.machine.run(|| {
            let SavedRun { directory, resolved, data, manifest, mut trainer } = self.run.open()?;
            let halves = resolved.config.routing.halves();
            let floors = data::floors(&data.train, &data.test, &halves);
            let batch = resolved.config.train.batch;
            let evaluation = evaluate(&mut trainer, &data.test, batch, halves, floors);
            let file = directory.evaluation();
            atomic::write_json(&file, &evaluation)?;
            manifest.map_or(Ok(()), |mut manifest| manifest.seal(&directory))?;
            let results = super::results(&evaluation);
            super::print(&format!("{results}Written: {}\n", file.display()))
        })
    }
}
