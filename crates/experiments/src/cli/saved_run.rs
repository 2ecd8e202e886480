//! A run from disk, with what is needed to judge it again.

use std::path::{Path, PathBuf};

use clap::Args;
use gradroute::config::Resolved;
use gradroute::data::{self, Data};
use gradroute::run::checkpoint::Checkpoint;
use gradroute::run::{DataRecord, Manifest, RunDirectory};

use super::failure::Failure;
use super::machine::Machine;

/// Flags of commands that take a run.
#[derive(Args, Debug)]
pub struct SavedRunArguments {
    /// Run directory, such as runs/quick-0-1
    run: PathBuf,

    /// Folder with the data set [default: the one that the run was trained on]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    #[command(flatten)]
    pub machine: Machine,
}

/// A run from disk: configuration, data and weights.
#[derive(Debug)]
pub struct SavedRun {
    /// Where it is.
    pub directory: RunDirectory,
    /// Configuration and preset.
    pub resolved: Resolved,
    /// The data set, the same as the run's where its manifest says which.
    pub data: Data,
    /// The weights with the most steps.
    pub checkpoint: Checkpoint,
    /// How many steps these are.
    pub steps: u64,
}

impl SavedRunArguments {
    /// Reads the run.
    pub fn open(&self) -> Result<SavedRun, Failure> {
        let directory = RunDirectory::open(&self.run)?;
        let resolved = Resolved::read(&directory.config())?;
        let manifest = directory.manifest();
        // A run that was killed has none; its weights can be judged all the same.
        let manifest = manifest.is_file().then(|| Manifest::read(&manifest)).transpose()?;
        let record = manifest.map(|manifest| manifest.data);
        let (steps, path) = directory.latest_checkpoint()?;
        let checkpoint = Checkpoint::load(&path)?;
        let data = self.data(record.as_ref(), resolved.config.data.limit)?;
        Ok(SavedRun { directory, resolved, data, checkpoint, steps })
    }

    fn data(&self, record: Option<&DataRecord>, limit: usize) -> Result<Data, Failure> {
        let of_run = record.filter(|record| !record.canonical_mnist);
        let folder = self.data.as_deref().or(of_run.map(|record| Path::new(&record.directory)));
        let data = data::load(&data::locate(folder)?, limit)?;
        eprintln!("Data: {}", data.source.describe());
        if let Some(record) = record {
            let found = DataRecord::from(&data.source);
            let other =
                record.sha256.iter().find(|(name, hash)| found.sha256.get(*name) != Some(hash));
            if let Some((name, hash)) = other {
                return Err(anyhow::anyhow!(
                    "the run was trained on another data set: by its manifest {name} in {} has \
                     SHA-256 {hash}, but the one in {} has not; give the run's data set with \
                     --data",
                    record.directory,
                    found.directory
                )
                .into());
            }
        }
        Ok(data)
    }
}
