//! A folder with small sweeps of the toy program.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use serde_json::Value;
use tempfile::TempDir;

/// A folder for sweeps.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A sweep file with these lines, whose folder is `out` beside it.
    pub fn file(&self, lines: &str) -> PathBuf {
        let file = self.path("sweep.toml");
        fs::write(&file, format!("out = \"{}\"\n{lines}", self.out().display())).unwrap();
        file
    }

    pub fn out(&self) -> PathBuf {
        self.path("out")
    }

    /// Four small runs: two settings with two seeds each.
    pub fn small(&self) -> PathBuf {
        self.file(SMALL)
    }

    /// `sweep FILE` with more arguments.
    pub fn sweep(&self, file: &Path, more: &[&str]) -> Command {
        let mut command = toy(&["sweep"]);
        command.arg(file).args(more).current_dir(self.folder.path());
        command
    }
}

/// Four runs that take milliseconds each.
pub const SMALL: &str = "preset = \"relearn\"\nseeds = [0, 3]\n\
    [set]\n\"train.steps_per_epoch\" = 3\n\"train.epochs\" = 2\n\"train.relearn_steps\" = 6\n\
    \"train.eval_every\" = 2\n\"train.checkpoint_every\" = 3\n\
    [grid]\n\"world.slip\" = [0.1, 0.4]\n";

/// Their names.
pub const NAMES: [&str; 4] =
    ["slip=0.1,seed=0", "slip=0.1,seed=3", "slip=0.4,seed=0", "slip=0.4,seed=3"];

/// The keys of [`SMALL`] for `train`.
pub const SET: [&str; 5] = [
    "train.steps_per_epoch=3",
    "train.epochs=2",
    "train.relearn_steps=6",
    "train.eval_every=2",
    "train.checkpoint_every=3",
];

pub fn toy(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toy"));
    command.args(arguments);
    command
}

/// `sweep.json` of a folder.
pub fn list(out: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(out.join("sweep.json")).unwrap()).unwrap()
}

/// A field of each run of the list, by name.
pub fn listed(out: &Path, field: &str) -> BTreeMap<String, String> {
    let list = list(out);
    let runs = list["runs"].as_array().unwrap().iter();
    let text = |run: &Value| match &run[field] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    runs.map(|run| (run["name"].as_str().unwrap().to_owned(), text(run))).collect()
}

/// Asserts that all runs of a sweep are finished.
pub fn all_finished(out: &Path) {
    let states = listed(out, "state");
    assert!(states.values().all(|state| state == "finished"), "{states:?}");
}

/// Every file below a folder, with the time of its last change.
pub fn times(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(times(&path));
        } else {
            let changed = fs::metadata(&path).unwrap().modified().unwrap();
            found.insert(path, changed);
        }
    }
    found
}
