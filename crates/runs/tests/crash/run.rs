//! Small runs of the toy program on numbers of its own, which take milliseconds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::program::{left, succeed};

/// Steps of the run: 2 epochs of 3 in the stage "learn", as many in "relearn".
pub const STEPS: u64 = 12;

/// Steps from one checkpoint to the next.
pub const BETWEEN: u64 = 3;

/// What a run has to leave, so that comparing what is there compares these too.
const RESULTS: [&str; 11] = [
    "config.toml",
    "metrics.jsonl",
    "epochs.jsonl",
    "probes.jsonl",
    "evaluation.json",
    "checkpoints/step-00000012.safetensors",
    "checkpoints/step-00000012.optimizer.safetensors",
    "checkpoints/step-00000009.safetensors",
    "figures/visits.png",
    "figures/visits.svg",
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
        self.train_probed(Some(2), run, more)
    }

    /// The same with probes every so many steps.
    pub fn train_probed(&self, steps: Option<u32>, run: &Path, more: &[&str]) -> Command {
        let probes = steps.map(|steps| format!("probe_every={steps}"));
        let every = ["eval_every=2", "checkpoint_every=3"];
        let every: Vec<&str> = every.into_iter().chain(probes.as_deref()).collect();
        let mut command = self.train_with("relearn", run, &every);
        command.args(["--epochs", "2", "--set", "train.relearn_steps=6"]).args(more);
        command
    }

    /// The same with the first stage alone, for so many epochs.
    pub fn train_alone(&self, epochs: u32, run: &Path) -> Command {
        // A run of two epochs ends between two probes.
        let every = ["eval_every=2", "probe_every=4", "checkpoint_every=3"];
        let mut command = self.train_with("learn", run, &every);
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
        left(&run, RESULTS.iter().chain(&["stages.jsonl"]));
        run
    }

    /// A run of the first stage alone to its end, as long as the other.
    pub fn whole_alone(&self, name: &str) -> PathBuf {
        let run = self.path(name);
        succeed(&mut self.train_alone(4, &run));
        left(&run, &RESULTS);
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

/// Asserts that `verify` finds nothing.
pub fn is_whole(run: &Path) {
    succeed(toy(&["verify"]).arg(run));
}
