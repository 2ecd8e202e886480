//! Which step of which run, or of which configuration: the arguments of commands that look at a step.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::whole::at_least;
use crate::config::{Override, Request};

// A step, of a run or on fresh weights. No doc comment, which would stand in the help.
#[derive(Args, Debug)]
pub(super) struct Place {
    /// Run directory, such as runs/quick-0-1, for the weights of its last checkpoint
    #[arg(value_hint = ValueHint::DirPath)]
    pub run: Option<PathBuf>,

    /// Built-in configuration, for fresh weights [default without RUN: the first]
    #[arg(long, value_name = "NAME", conflicts_with = "run")]
    pub preset: Option<String>,

    /// TOML file whose keys replace the preset's
    #[arg(long, value_name = "FILE", conflicts_with = "run", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Give one key another value, such as loss.l1=0; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_hint = ValueHint::Other)]
    pub set: Vec<String>,

    /// Seed of everything random (train.seed)
    #[arg(long, value_name = "N", value_parser = at_least::<0>)]
    pub seed: Option<i64>,

    /// The step to begin with: of a run, at most 50 after a checkpoint; else all before it are made
    #[arg(long, value_name = "STEP", value_parser = at_least::<0>)]
    pub at: Option<i64>,

    /// Where the data are [default: where the experiment or the run finds them]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,
}

impl Place {
    /// The configuration that is asked for, on top of `file` where there is one.
    pub fn request(&self, file: Option<PathBuf>, batch: Option<i64>) -> Request {
        let mut flags = Vec::new();
        if let Some(seed) = self.seed {
            flags.push(Override::flag(&format!("--seed {seed}"), "train.seed", seed));
        }
        if let Some(batch) = batch {
            flags.push(Override::flag(&format!("--batch {batch}"), "train.batch", batch));
        }
        Request { preset: self.preset.clone(), file, set: self.set.clone(), flags }
    }
}
