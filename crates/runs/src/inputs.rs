//! What a run reads from outside.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gradroute_images::{Data, Source};

/// The files that a run reads: a data set, a corpus, the checkpoint of another run. Their hashes
/// stand in its records, so that it never goes on with, or is judged by, others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// What they are, in a line for the user; empty to say nothing.
    pub description: String,
    /// The folder that they were read from, if they are files.
    pub directory: Option<PathBuf>,
    /// Whether the experiment finds them by itself. If not, they are looked for where they were
    /// found then.
    pub canonical: bool,
    /// SHA-256 of each file's content, in hexadecimal, by a name that does not depend on where it
    /// lies.
    pub sha256: BTreeMap<String, String>,
}

impl Inputs {
    /// Nothing is read.
    pub fn none() -> Self {
        Self { canonical: true, ..Self::default() }
    }

    /// A set of images, and its files as the inputs of a run.
    pub fn of(data: Data) -> (Data, Self) {
        let inputs = Self::from(&data.source);
        (data, inputs)
    }
}

impl From<&Source> for Inputs {
    fn from(source: &Source) -> Self {
        Self {
            description: source.describe(),
            directory: Some(source.directory.clone()),
            canonical: source.is_canonical(),
            sha256: source
                .files
                .iter()
                .map(|file| (file.role.canonical_name().to_owned(), file.sha256.clone()))
                .collect(),
        }
    }
}
