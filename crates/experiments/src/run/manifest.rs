//! `manifest.json`: what made a run, and hashes of what went in and came out.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{FileDigest, FileError, RunDirectory, atomic, machine, timestamp};
use crate::data::Source;

/// Everything that a reader needs to know about how a run came about. Written
/// last: a directory with a manifest holds a run that ended properly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this program.
    pub version: String,
    /// Git revision it was built from, with `-modified` if files had changed;
    /// none when built outside a repository.
    pub git_revision: Option<String>,
    /// Compiler that built it.
    pub compiler: String,
    /// Target that it was built for.
    pub target: String,
    /// Whether it was built with optimisation.
    pub optimised: bool,
    /// Processor.
    pub cpu: String,
    /// Instruction set of the kernels: "scalar", "avx2" or "avx512".
    pub isa: String,
    /// Threads.
    pub threads: usize,
    /// Preset that the configuration started from.
    pub preset: String,
    /// Seed of initial weights and shuffling.
    pub seed: u64,
    /// The data set.
    pub data: DataRecord,
    /// The file that gave the initial weights, if not the seed.
    pub init: Option<String>,
    /// Number of parameters.
    pub parameters: u64,
    /// SHA-256 over all parameters in declared order, as little-endian f32 in
    /// PyTorch's layout.
    pub weights_sha256: String,
    /// Steps done.
    pub steps: u64,
    /// Steps that the configuration asked for.
    pub steps_planned: u64,
    /// Whether Ctrl-C ended the run early.
    pub interrupted: bool,
    /// After how many steps it was resumed, once for each time.
    #[serde(default)]
    pub resumed: Vec<u64>,
    /// When it began, UTC.
    pub started: String,
    /// When it ended, UTC.
    pub finished: String,
    /// What the files that it left are to the byte, by their names in the run directory; the
    /// checkpoints have records of their own.
    #[serde(default)]
    pub files: BTreeMap<String, FileDigest>,
}

/// The data set of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRecord {
    /// The folder it was read from.
    pub directory: String,
    /// Whether all four files are those of MNIST, by their hashes.
    pub canonical_mnist: bool,
    /// SHA-256 of each file's uncompressed bytes, by its canonical name.
    pub sha256: BTreeMap<String, String>,
}

impl From<&Source> for DataRecord {
    fn from(source: &Source) -> Self {
        Self {
            directory: source.directory.display().to_string(),
            canonical_mnist: source.is_mnist(),
            sha256: source
                .files
                .iter()
                .map(|file| (file.role.canonical_name().to_owned(), file.sha256.clone()))
                .collect(),
        }
    }
}

impl Manifest {
    /// A manifest about this program, this machine and now; what the run itself
    /// must fill in is passed or left empty.
    pub fn begin(preset: &str, seed: u64, source: &Source, isa: &str) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            git_revision: option_env!("GRADROUTE_GIT_REVISION").map(str::to_owned),
            compiler: env!("GRADROUTE_COMPILER").to_owned(),
            target: env!("GRADROUTE_TARGET").to_owned(),
            optimised: !cfg!(debug_assertions),
            cpu: machine::cpu(),
            isa: isa.to_owned(),
            threads: rayon::current_num_threads(),
            preset: preset.to_owned(),
            seed,
            data: DataRecord::from(source),
            init: None,
            parameters: 0,
            weights_sha256: String::new(),
            steps: 0,
            steps_planned: 0,
            interrupted: false,
            resumed: Vec::new(),
            started: timestamp(),
            finished: String::new(),
            files: BTreeMap::new(),
        }
    }

    /// Sets the time of ending and writes the file, atomically.
    ///
    /// # Errors
    /// When it can't be written, or the run's other files can't be read.
    pub fn finish(&mut self, directory: &RunDirectory) -> Result<(), FileError> {
        self.finished = timestamp();
        self.seal(directory)
    }

    /// Writes the file anew after other files of the run were, atomically.
    ///
    /// # Errors
    /// As [`Manifest::finish`].
    pub fn seal(&mut self, directory: &RunDirectory) -> Result<(), FileError> {
        self.files = directory
            .results()?
            .into_iter()
            .map(|(name, path)| Ok((name, FileDigest::of_file(&path)?)))
            .collect::<Result<_, FileError>>()?;
        atomic::write_json(&directory.manifest(), self)
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// When the file can't be read or is no manifest.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        super::read_json(path)
    }
}
