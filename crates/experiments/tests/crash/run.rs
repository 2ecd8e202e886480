//! Small runs of the program on a data set of its own, which take milliseconds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::program::{left, succeed};

/// What a run has to leave, so that comparing what is there compares these too.
const RESULTS: [&str; 12] = [
    "config.toml",
    "metrics.jsonl",
    "epochs.jsonl",
    "probes.jsonl",
    "evaluation.json",
    "checkpoints/step-00000012.safetensors",
    "checkpoints/step-00000012.optimizer.safetensors",
    "checkpoints/step-00000009.safetensors",
    "figures/errors.png",
    "figures/errors.svg",
    "figures/losses.png",
    "figures/top-certificate-on-bottom-digits.png",
];

/// A folder for runs, with a data set.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        for (part, count) in [("train", 30u32), ("t10k", 20)] {
            let mut images: Vec<u8> =
                [0x803, count, 8, 8].iter().flat_map(|field: &u32| field.to_be_bytes()).collect();
            images.extend((0..count * 64).map(|i| (i * i % 251) as u8));
            fs::write(data.join(format!("{part}-images-idx3-ubyte")), images).unwrap();
            let mut labels: Vec<u8> = [0x801, count].iter().flat_map(|f| f.to_be_bytes()).collect();
            labels.extend((0..count).map(|i| (i % 10) as u8));
            fs::write(data.join(format!("{part}-labels-idx1-ubyte")), labels).unwrap();
        }
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `train` with the small run's settings.
    pub fn train(&self, run: &Path, more: &[&str]) -> Command {
        self.train_for(4, run, more)
    }

    /// The same for so many epochs, of three steps each.
    pub fn train_for(&self, epochs: u32, run: &Path, more: &[&str]) -> Command {
        let data = self.path("data");
        // The learning rate of `seed` is constant, so that a run can be made longer.
        let mut command = gradroute(&["train", "--threads", "1", "--preset", "seed"]);
        command.args(["--epochs", &epochs.to_string()]);
        for set in [
            "model.hidden=[6,4]",
            "model.encoding=4",
            "train.batch=12",
            "train.checkpoint_every=1",
            "train.eval_every=2",
            "train.flow_every=2",
            "train.probe_every=2",
        ] {
            command.args(["--set", set]);
        }
        command.arg("--data").arg(data).arg("--out").arg(run).args(more);
        command
    }

    /// A run to its end.
    pub fn whole(&self, name: &str) -> PathBuf {
        let run = self.path(name);
        succeed(&mut self.train(&run, &[]));
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

fn gradroute(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradroute"));
    command.args(arguments);
    command
}

pub fn verify(run: &Path) -> Command {
    let mut command = gradroute(&["verify"]);
    command.arg(run);
    command
}

pub fn resume(run: &Path, more: &[&str]) -> Command {
    let mut command = gradroute(&["train", "--threads", "1", "--resume"]);
    command.arg(run).args(more);
    command
}
