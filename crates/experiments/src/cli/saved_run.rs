//! A run from disk, with what is needed to judge it again.

use std::path::{Path, PathBuf};

use clap::Args;
use gradroute::config::Resolved;
use gradroute::data::{self, Data};
use gradroute::run::checkpoint::Checkpoint;
use gradroute::run::{DataRecord, Manifest, RunDirectory};
use gradroute::train::take_weights;
use gradroute::trainer::Trainer;

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
pub struct SavedRun {
    /// Where it is.
    pub directory: RunDirectory,
    /// Configuration and preset.
    pub resolved: Resolved,
    /// The data set, the same as the run's where its manifest says which.
    pub data: Data,
    /// The manifest; a run that was killed has none.
    pub manifest: Option<Manifest>,
    /// The model with the weights that were saved last.
    pub trainer: Trainer<f32>,
}

impl SavedRunArguments {
    /// Reads the run.
    pub fn open(&self) -> Result<SavedRun, Failure> {
        let directory = RunDirectory::open_to_change(&self.run)?;
        let resolved = Resolved::read(&directory.config())?;
        let file = directory.manifest();
        let manifest = file.is_file().then(|| Manifest::read(&file)).transpose()?;
        let (_, checkpoint) = directory.latest_checkpoint()?;
        let checkpoint = Checkpoint::load(&checkpoint)?;
        let record = manifest.as_ref().map(|manifest| &manifest.data);
        let data = load_data(self.data.as_deref(), record, resolved.config.data.limit)?;
        let mut trainer = Trainer::new(&resolved.config, data.train.pixels());
        take_weights(&mut trainer, &checkpoint)?;
        Ok(SavedRun { directory, resolved, data, manifest, trainer })
    }
}

/// The data set of a run, by the record in its manifest: from `folder` if the
/// user gave one, and with at most `limit` training images where that is not 0.
pub fn load_data(
    folder: Option<&Path>,
    record: Option<&DataRecord>,
    limit: usize,
) -> Result<Data, Failure> {
    // MNIST is where the project is now, another set where it was then.
    let of_run = record.filter(|record| !record.canonical_mnist);
    let folder = folder.or(of_run.map(|record| Path::new(&record.directory)));
    let data = data::load(&data::locate(folder)?, limit)?;
    eprintln!("Data: {}", data.source.describe());
    if let Some(record) = record {
        let found = DataRecord::from(&data.source);
        let other = record.sha256.iter().find(|(name, hash)| found.sha256.get(*name) != Some(hash));
        if let Some((name, hash)) = other {
            return Err(anyhow::anyhow!(
                "the run was trained on another data set: by its records {name} in {} has \
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
