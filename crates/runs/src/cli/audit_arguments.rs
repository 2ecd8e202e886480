//! The arguments of `audit`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::machine::Machine;
use super::whole::at_least;
use crate::config::{Override, Request};

/// Show which samples teach which part of the network, and where gradients leak
///
/// Makes a step and takes its backward pass apart: for each term of the loss,
/// group of samples and part of the network the norm of the gradient that
/// arrives there, and how far each layer moved, by what. What arrives where the
/// experiment says that a group must not teach is a leak; its way is shown op by
/// op. A run that is audited stays as it is.
///
/// Ends with 0; with 1 if --assert-no-leak or --expect found what must not be;
/// with 2 if the audit could not be made.
#[derive(Args, Debug)]
pub(super) struct Audit {
    /// Run directory, such as runs/quick-0-1, for the weights of its last checkpoint
    #[arg(value_hint = ValueHint::DirPath)]
    pub run: Option<PathBuf>,

    /// Built-in configuration, for fresh weights [default without RUN: the first]
    #[arg(long, value_name = "NAME", conflicts_with = "run")]
    pub preset: Option<String>,

    /// TOML file whose keys replace the preset's
    #[arg(long, value_name = "FILE", conflicts_with = "run", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Give one key another value for the audit, such as loss.l1=0; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_hint = ValueHint::Other)]
    pub set: Vec<String>,

    /// Seed of everything random (train.seed)
    #[arg(long, value_name = "N", value_parser = at_least::<0>)]
    pub seed: Option<i64>,

    /// Samples a step (train.batch)
    #[arg(long, value_name = "N", value_parser = at_least::<1>)]
    pub batch: Option<i64>,

    /// How many steps to audit; norms are then root mean squares over them
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = at_least::<1>)]
    pub steps: i64,

    /// The step to begin with: of a run, one with a checkpoint; else the steps before it are made
    #[arg(long, value_name = "STEP", value_parser = at_least::<0>)]
    pub at: Option<i64>,

    /// Where the data are [default: where the experiment or the run finds them]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,

    /// Write the audit as JSON: terms, groups, regions, norms, movement and leaks
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub json: Option<PathBuf>,

    /// Draw the heat map, as PNG or SVG by the file's name
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub heat_map: Option<PathBuf>,

    /// End with status 1 if there is a leak
    #[arg(long, conflicts_with = "expect")]
    pub assert_no_leak: bool,

    /// Record the leaks in this file if there is none, else complain of leaks that it does not have
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub expect: Option<PathBuf>,

    #[command(flatten)]
    pub machine: Machine,
}

impl Audit {
    /// The configuration that is asked for, on top of `file` where there is one.
    pub fn request(&self, file: Option<PathBuf>) -> Request {
        let mut flags = Vec::new();
        if let Some(seed) = self.seed {
            flags.push(Override::flag(&format!("--seed {seed}"), "train.seed", seed));
        }
        if let Some(batch) = self.batch {
            flags.push(Override::flag(&format!("--batch {batch}"), "train.batch", batch));
        }
        Request { preset: self.preset.clone(), file, set: self.set.clone(), flags }
    }
}
