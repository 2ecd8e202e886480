//! What is recorded of a run's inputs.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::inputs::Inputs;

/// The data set, or whatever else a run read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRecord {
    /// The folder it was read from, if it is files.
    pub directory: Option<String>,
    /// Whether the experiment finds it by itself.
    #[serde(alias = "canonical_mnist")]
    pub canonical: bool,
    /// SHA-256 of each file's uncompressed bytes, by its name.
    pub sha256: BTreeMap<String, String>,
}

impl From<&Inputs> for DataRecord {
    fn from(inputs: &Inputs) -> Self {
        Self {
            directory: inputs.directory.as_ref().map(|folder| folder.display().to_string()),
            canonical: inputs.canonical,
            sha256: inputs.sha256.clone(),
        }
    }
}

impl DataRecord {
    /// Where to look for the same again; `None` if the experiment finds it by itself.
    pub fn place(&self) -> Option<&Path> {
        if self.canonical { None } else { self.directory.as_deref().map(Path::new) }
    }

    /// The first file that is not the same in `other`, or is in one of both only, with its hash
    /// here if there is one.
    pub fn first_difference<'r>(&'r self, other: &'r Self) -> Option<(&'r str, Option<&'r str>)> {
        let mut names = self.sha256.keys().chain(other.sha256.keys());
        let name = names.find(|name| self.sha256.get(*name) != other.sha256.get(*name))?;
        Some((name, self.sha256.get(name).map(String::as_str)))
    }
}
