//! What is recorded of a run's inputs.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::recorded_path;
use crate::inputs::Inputs;

/// The data set, or whatever else a run read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRecord {
    /// The folder it was read from, if it is files; from the root of the file system on, so that it
    /// means the same wherever it is read.
    #[serde(default, with = "recorded_path")]
    pub directory: Option<PathBuf>,
    /// The way there from the run's folder, where both are in one tree: if that is moved, this way
    /// stays.
    #[serde(default, with = "recorded_path", skip_serializing_if = "Option::is_none")]
    pub from_run: Option<PathBuf>,
    /// Whether the experiment finds it by itself.
    #[serde(alias = "canonical_mnist")]
    pub canonical: bool,
    /// SHA-256 of each file's uncompressed bytes, by its name.
    pub sha256: BTreeMap<String, String>,
}

impl DataRecord {
    /// A record of these inputs of the run in the folder `run`.
    pub fn new(inputs: &Inputs, run: &Path) -> Self {
        let directory = inputs.directory.as_deref();
        Self {
            directory: directory.map(absolute),
            from_run: directory.and_then(|directory| way(run, directory)),
            canonical: inputs.canonical,
            sha256: inputs.sha256.clone(),
        }
    }

    /// Where to look for the same again, in order, for the run that is in the folder `run` now;
    /// `None` for where the experiment finds it by itself.
    pub(crate) fn places(&self, run: &Path) -> Vec<Option<PathBuf>> {
        let from_run = self.from_run.as_ref().and_then(|way| run.join(way).canonicalize().ok());
        let recorded = self.directory.iter().cloned().chain(from_run);
        let there = recorded.filter(|place| place.exists()).map(Some);
        let mut places: Vec<_> = self.canonical.then_some(None).into_iter().chain(there).collect();
        if places.is_empty() {
            places.push(self.directory.clone());
        }
        places
    }

    /// The first file that is not the same in `other`, or is in one of both only, with its hash
    /// here if there is one.
    pub fn first_difference<'r>(&'r self, other: &'r Self) -> Option<(&'r str, Option<&'r str>)> {
        self.differs_from(&other.sha256)
    }

    /// The same for the hashes of files.
    pub(crate) fn differs_from<'r>(
        &'r self,
        other: &'r BTreeMap<String, String>,
    ) -> Option<(&'r str, Option<&'r str>)> {
        let mut names = self.sha256.keys().chain(other.keys());
        let name = names.find(|name| self.sha256.get(*name) != other.get(*name))?;
        Some((name, self.sha256.get(name).map(String::as_str)))
    }
}

/// A path from the root of the file system on, which means the same from every folder.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // Links are kept, as they may be what stays when disks change. But `..` is not, as it needs the
    // folder before it, which may go.
    match path.components().any(|component| component == Component::ParentDir) {
        true => path.canonicalize().unwrap_or(path),
        false => path,
    }
}

/// The way from one folder to another that is in the same tree below the root.
fn way(from: &Path, to: &Path) -> Option<PathBuf> {
    // Without links, beside which `..` would lead elsewhere.
    let (from, to) = (from.canonicalize().ok()?, to.canonicalize().ok()?);
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b);
    let shared: Vec<Component<'_>> = shared.map(|(component, _)| component).collect();
    shared.iter().any(|component| matches!(component, Component::Normal(_))).then(|| {
        let up = from.components().skip(shared.len()).map(|_| Component::ParentDir);
        up.chain(to.components().skip(shared.len())).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_path_needs_no_folder_but_those_that_it_is_in() {
        let base = tempfile::tempdir().unwrap();
        let (data, other) = (base.path().join("data"), base.path().join("other"));
        [&data, &other].iter().for_each(|folder| std::fs::create_dir(folder).unwrap());
        let recorded = absolute(&other.join("../data"));
        assert_eq!(recorded, data.canonicalize().unwrap());
        assert_eq!(absolute(&data), data);
        assert!(absolute(Path::new("set")).is_absolute());
    }

    #[test]
    fn the_way_from_a_run_to_its_data_leads_there_and_is_known_within_one_tree_only() {
        let base = tempfile::tempdir().unwrap();
        let (run, data) = (base.path().join("a/runs/first"), base.path().join("a/data"));
        [&run, &data].iter().for_each(|folder| std::fs::create_dir_all(folder).unwrap());
        assert_eq!(way(&run, &data), Some("../../data".into()));
        assert_eq!(way(&data, &data), Some("".into()));
        assert_eq!(way(&run, Path::new("/")), None, "the root is no tree that could be moved");
        assert_eq!(way(&run, &base.path().join("nothing")), None);
    }
}
