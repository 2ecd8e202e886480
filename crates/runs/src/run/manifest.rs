//! `manifest.json`: what made a run, and hashes of what went in and came out.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use gradroute_kernels::Isa;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::atomic;
use super::clock::timestamp;
use super::data_record::DataRecord;
use super::digest::{FileDigest, hex};
use super::directory::RunDirectory;
use super::file_error::FileError;
use super::json::read_json;
use super::machine;
use super::recorded_path;
use crate::config::Change;
use crate::program::Program;

/// Everything that a reader needs to know about how a run came about. Written
/// last: a directory with a manifest holds a run that ended properly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The program; absent in manifests from before there were several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Its version.
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
    /// The experiment; absent in manifests from before there were several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<String>,
    /// Preset that the configuration started from.
    pub preset: String,
    /// Seed of initial weights and shuffling.
    pub seed: u64,
    /// The data set.
    pub data: DataRecord,
    /// The file that gave the initial weights, if not the seed.
    #[serde(default, with = "recorded_path")]
    pub init: Option<PathBuf>,
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
    /// Whether it was trained with a control, which is a run of its own in the folder `control`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub control: bool,
    /// When it began, UTC.
    pub started: String,
    /// When it ended, UTC.
    pub finished: String,
    /// What the files that it left are to the byte, by their names in the run directory; the
    /// checkpoints have records of their own.
    #[serde(default)]
    pub files: BTreeMap<String, FileDigest>,
    /// SHA-256 of this file with nothing between the quotes here; absent in manifests from before
    /// there was such a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_sha256: Option<String>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// How the file's own hash stands in it while it is computed.
const OWN_EMPTY: &str = "\"manifest_sha256\": \"\"";

/// How it stands there afterwards.
fn own_line(sha256: &str) -> String {
    format!("\"manifest_sha256\": \"{sha256}\"")
}

impl Manifest {
    /// A manifest about a run of `program` on this machine, begun now; what the run itself must
    /// fill in is left empty.
    pub fn begin(
        program: &Program,
        experiment: &str,
        preset: &str,
        seed: u64,
        data: DataRecord,
    ) -> Self {
        Self {
            program: Some(program.name.to_owned()),
            version: program.version.to_owned(),
            git_revision: program.git_revision.map(str::to_owned),
            // Compiler and target are one for everything in a build.
            compiler: env!("GRADROUTE_COMPILER").to_owned(),
            target: env!("GRADROUTE_TARGET").to_owned(),
            optimised: program.optimised,
            cpu: machine::cpu(),
            isa: Isa::current().to_string(),
            threads: rayon::current_num_threads(),
            experiment: Some(experiment.to_owned()),
            preset: preset.to_owned(),
            seed,
            data,
            init: None,
            parameters: 0,
            weights_sha256: String::new(),
            steps: 0,
            steps_planned: 0,
            interrupted: false,
            resumed: Vec::new(),
            control: false,
            started: timestamp(),
            finished: String::new(),
            files: BTreeMap::new(),
            manifest_sha256: None,
        }
    }

    /// Sets the time of ending and writes the file, atomically.
    ///
    /// # Errors
    /// When it can't be written, or the run's other files can't be read.
    pub fn finish(&mut self, directory: &RunDirectory) -> Result<(), FileError> {
        self.finished = timestamp();
        self.control = directory.control().is_dir();
        self.files = directory
            .results()?
            .into_iter()
            .map(|(name, path)| Ok((name, FileDigest::of_file(&path)?)))
            .collect::<Result<_, FileError>>()?;
        self.write(directory)
    }

    /// Takes note of these files in the run directory, which were written anew, and writes the
    /// manifest, atomically. It does not vouch for any other: what was known of those stays.
    ///
    /// # Errors
    /// As [`Manifest::finish`].
    pub fn note(
        &mut self,
        directory: &RunDirectory,
        written: impl IntoIterator<Item = PathBuf>,
    ) -> Result<(), FileError> {
        for path in written {
            let name = path.strip_prefix(directory.root()).unwrap_or(&path).display().to_string();
            self.files.insert(name, FileDigest::of_file(&path)?);
        }
        self.write(directory)
    }

    fn write(&mut self, directory: &RunDirectory) -> Result<(), FileError> {
        let file = directory.manifest();
        self.manifest_sha256 = Some(String::new());
        let text = atomic::to_json(&file, self)?;
        let own = hex(&Sha256::digest(&text));
        let text = text.replacen(OWN_EMPTY, &own_line(&own), 1);
        self.manifest_sha256 = Some(own);
        atomic::write(&file, text.as_bytes())
    }

    /// Whether the text of a manifest is what was written, if it says so.
    fn check_own(&self, text: &str) -> io::Result<()> {
        let Some(expected) = &self.manifest_sha256 else { return Ok(()) };
        let found = hex(&Sha256::digest(text.replacen(&own_line(expected), OWN_EMPTY, 1)));
        if found == *expected {
            return Ok(());
        }
        Err(io::Error::other(format!(
            "its own SHA-256 is {found}, expected {expected}: it was changed since it was written, \
             and `train --resume` writes it anew"
        )))
    }

    /// Whether the run has made all steps that it was asked for.
    pub fn is_complete(&self) -> bool {
        !self.interrupted && self.steps >= self.steps_planned
    }

    /// Refuses one of the [files](Manifest::files) that was changed since the manifest was written.
    ///
    /// # Errors
    /// When it was, or can't be read.
    pub fn require(&self, directory: &RunDirectory, name: &str) -> Result<(), FileError> {
        let Some(expected) = self.files.get(name) else { return Ok(()) };
        let path = directory.root().join(name);
        let found = FileDigest::of_file(&path)?;
        if found == *expected {
            return Ok(());
        }
        Err(FileError::of("use", &path)(io::Error::other(format!(
            "it has {} bytes with SHA-256 {}, expected {} bytes with {}",
            found.bytes, found.sha256, expected.bytes, expected.sha256
        ))))
    }

    /// The file that gave the initial weights, as a change of what they are by the preset.
    pub(crate) fn other_weights(&self) -> Option<Change> {
        let key = "initial weights".to_owned();
        let preset = "by the seed".to_owned();
        // As TOML, as the values of other changes are.
        let file = self.init.as_ref()?.display().to_string();
        let value = toml::Value::String(file).to_string();
        Some(Change { key, value, preset })
    }

    /// The name of the program that made the run.
    pub fn program(&self) -> &str {
        self.program.as_deref().unwrap_or("gradroute")
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// When the file can't be read, is no manifest, or was changed since it was written.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let manifest: Self = read_json(path)?;
        let text = std::fs::read_to_string(path).map_err(FileError::of("read", path))?;
        manifest.check_own(&text).map_err(FileError::of("use", path))?;
        Ok(manifest)
    }
}
