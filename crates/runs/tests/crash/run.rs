//! Small runs of the toy program on numbers of its own, which take milliseconds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Steps of the run: 2 epochs of 3 in the stage "learn", as many in "relearn".
pub const STEPS: u64 = 12;

/// Steps from one checkpoint to the next.
pub const BETWEEN: u64 = 3;

/// What a run has to leave, so that comparing what is there compares these too.
const RESULTS: [&str; 9] = [
    "config.toml",
    "metrics.jsonl",
    "epochs.jsonl",
    "evaluation.json",
    "checkpoints/step-00000012.safetensors",
    "checkpoints/step-00000012.optimizer.safetensors",
    "checkpoints/step-00000009.safetensors",
    "figures/visits.png",
    "figures/losses.png",
];

/// A folder for runs, with numbers to read.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        let numbers: Vec<String> = (0..12).map(|i| format!("{}", (i * i % 7) as f32)).collect();
        fs::write(data.join("numbers.txt"), numbers.join(" ")).unwrap();
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `train` with the small run's settings.
    pub fn train(&self, run: &Path, more: &[&str]) -> Command {
        let mut command = self.train_with("relearn", run, &["eval_every=2", "checkpoint_every=3"]);
        command.args(["--epochs", "2", "--set", "train.relearn_steps=6"]).args(more);
        command
    }

    /// The same with the first stage alone, for so many epochs.
    pub fn train_alone(&self, epochs: u32, run: &Path) -> Command {
        let mut command = self.train_with("learn", run, &["eval_every=2", "checkpoint_every=3"]);
        command.args(["--epochs", &epochs.to_string()]);
        command
    }

    /// `train` with epochs of three steps and these keys of `[train]`.
    pub fn train_with(&self, preset: &str, run: &Path, keys: &[&str]) -> Command {
        let mut command = toy(&["train", "--threads", "1", "--preset", preset]);
        for set in keys.iter().chain(&["steps_per_epoch=3"]) {
            command.args(["--set", &format!("train.{set}")]);
        }
        command.arg("--data").arg(self.path("data")).arg("--out").arg(run);
        command
    }

    /// A run to its end.
    pub fn whole(&self, name: &str) -> PathBuf {
        let run = self.path(name);
        succeed(&mut self.train(&run, &[]));
        let left = results(&run);
        for file in RESULTS.iter().chain(&["stages.jsonl"]) {
            assert!(left.contains_key(*file), "there is no {file}");
        }
        run
    }

    /// A run of the first stage alone to its end, as long as the other.
    pub fn whole_alone(&self, name: &str) -> PathBuf {
        let run = self.path(name);
        succeed(&mut self.train_alone(4, &run));
        let left = results(&run);
        assert!(RESULTS.iter().all(|file| left.contains_key(*file)), "{:?}", left.keys());
        run
    }

    /// Goes on with a run, or begins anew where there is nothing to go on from.
    pub fn go_on(&self, run: &Path) -> Command {
        let records = fs::read_dir(run.join("checkpoints")).into_iter().flatten();
        let mut names = records.map(|entry| entry.unwrap().file_name());
        if names.any(|name| name.to_string_lossy().ends_with(".json")) {
            resume(run, &[])
        } else {
            self.train(run, &["--overwrite"])
        }
    }
}

pub fn toy(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toy"));
    command.args(arguments);
    command
}

pub fn resume(run: &Path, more: &[&str]) -> Command {
    let mut command = toy(&["train", "--threads", "1", "--resume"]);
    command.arg(run).args(more);
    command
}

pub fn output(command: &mut Command) -> (Output, String) {
    let output = command.output().expect("the program starts");
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, err)
}

pub fn succeed(command: &mut Command) -> (String, String) {
    let (output, err) = output(command);
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
    (out, err)
}

pub fn refused(command: &mut Command, status: i32, parts: &[&str]) {
    let (output, err) = output(command);
    assert_eq!(output.status.code(), Some(status), "{command:?}: {err}");
    for part in parts {
        assert!(err.contains(part), "{command:?} should say `{part}`: {err}");
    }
}

pub fn manifest(run: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(run.join("manifest.json")).unwrap()).unwrap()
}

/// Everything that must be the same bytes however the run came to its end, by name: all that is
/// there but what tells of time and of the way.
pub fn results(run: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for folder in ["", "checkpoints", "figures"] {
        for entry in fs::read_dir(run.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(run).unwrap().to_str().unwrap().to_owned();
            let of_time = ["timing.jsonl", "report.html", "manifest.json", ".lock"];
            let is_record = name.starts_with("checkpoints/") && name.ends_with(".json");
            if path.is_file() && !is_record && !of_time.contains(&name.as_str()) {
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// Asserts that both runs left the same.
pub fn same(expected: &Path, run: &Path, context: &str) {
    let weights = |run| manifest(run)["weights_sha256"].clone();
    assert_eq!(weights(expected), weights(run), "{context}: other weights");
    let (expected, found) = (results(expected), results(run));
    let (names, found_names) = (expected.keys(), found.keys());
    assert!(names.clone().eq(found_names.clone()), "{context}: {found_names:?}, not {names:?}");
    for (name, bytes) in &expected {
        assert!(found[name] == *bytes, "{context}: {name} differs");
    }
}

/// Asserts that `verify` finds nothing.
pub fn is_whole(run: &Path) {
    succeed(toy(&["verify"]).arg(run));
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
