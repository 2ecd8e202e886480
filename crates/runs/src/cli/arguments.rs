//! The arguments of all commands, with their help.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use super::audit_arguments::Audit;
use super::failure::Failure;
use super::graph_arguments::Graph;
use super::machine::Machine;
#[cfg(feature = "serve")]
use super::serve_arguments::Serve;
use super::sweep_arguments::Sweep;
use super::whole::at_least;
use crate::config::{Override, Request};

/// The whole command line; name and description are the program's.
#[derive(Debug, Parser)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub command: Asked,
}

#[derive(Debug, Subcommand)]
pub(super) enum Asked {
    Train(Box<Train>),
    /// Evaluate a run again from its checkpoint
    ///
    /// Prints the tables, and writes the run's evaluation.json anew or, with --out,
    /// an evaluation.json elsewhere. Ends with status 1 if it can't be written.
    Evaluate(Saved),
    /// Draw a run's figures and report again from its checkpoint
    ///
    /// Writes the run's figures/ and report.html anew or, with --out, elsewhere.
    Figures(Saved),
    Compare(Compare),
    Audit(Box<Audit>),
    Graph(Box<Graph>),
    Sweep(Box<Sweep>),
    #[cfg(feature = "serve")]
    Serve(Serve),
    Verify(Verify),
    Experiments(Experiments),
    Presets(Presets),
    Completions(Completions),
}

/// Train a model, evaluate it and draw its figures
///
/// The configuration is made from a preset, then the keys of --config, then
/// those of --set, then the flags below. Everything lands in one run directory.
#[derive(Args, Debug)]
pub(super) struct Train {
    /// Built-in configuration to start from [default: the first, or what --config names]
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,

    /// TOML file whose keys replace the preset's
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Give one key a value, such as train.batch=512; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_hint = ValueHint::Other)]
    pub set: Vec<String>,

    /// Passes over the training set (train.epochs)
    #[arg(long, value_name = "N", value_parser = at_least::<1>)]
    pub epochs: Option<i64>,

    /// Seed of everything random (train.seed)
    #[arg(long, value_name = "N", value_parser = at_least::<0>)]
    pub seed: Option<i64>,

    /// Take batches in file order (train.shuffle=false)
    #[arg(long)]
    pub no_shuffle: bool,

    /// Start from these weights, with PyTorch's names and shapes, instead of the seed's
    #[arg(long, value_name = "FILE.safetensors", value_hint = ValueHint::FilePath)]
    pub init: Option<PathBuf>,

    /// Where the data are [default: where the experiment finds them by itself]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,

    /// Run directory [default: the first free runs/PRESET-SEED-N]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,

    /// Replace the run that --out already holds
    #[arg(long, requires = "out")]
    pub overwrite: bool,

    /// Train the run's control beside it, the same without routing, into RUN/control
    #[arg(long, conflicts_with = "init")]
    pub with_control: bool,

    /// Go on with a run from its last whole checkpoint; with --epochs, for longer
    #[arg(long, value_name = "RUN", value_hint = ValueHint::DirPath)]
    pub resume: Option<PathBuf>,

    /// Look at every value and gradient of every op for NaN and infinity; slower, same results
    #[arg(long)]
    pub check_finite: bool,

    #[command(flatten)]
    pub machine: Machine,
}

impl Train {
    /// Refuses options that would make another run of the one that goes on.
    pub fn refuse_changes(&self, run: &Path) -> Result<(), Failure> {
        let given = [
            ("--preset", self.preset.is_some()),
            ("--config", self.config.is_some()),
            ("--set", !self.set.is_empty()),
            ("--seed", self.seed.is_some()),
            ("--no-shuffle", self.no_shuffle),
            ("--init", self.init.is_some()),
            ("--out", self.out.is_some()),
            ("--overwrite", self.overwrite),
            ("--with-control", self.with_control),
        ];
        match given.iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((flag, _)) => Err(Failure::usage(anyhow::anyhow!(
                "{flag} contradicts --resume: a resumed run keeps its place and the settings in \
                 {}; only --epochs (for more of them), --data, --check-finite, --threads and --isa \
                 go with it",
                run.join("config.toml").display()
            ))),
        }
    }

    /// The configuration that is asked for.
    pub fn request(&self) -> Request {
        let mut flags = Vec::new();
        if let Some(epochs) = self.epochs {
            flags.push(Override::flag(&format!("--epochs {epochs}"), "train.epochs", epochs));
        }
        if let Some(seed) = self.seed {
            flags.push(Override::flag(&format!("--seed {seed}"), "train.seed", seed));
        }
        if self.no_shuffle {
            flags.push(Override::flag("--no-shuffle", "train.shuffle", false));
        }
        Request {
            preset: self.preset.clone(),
            file: self.config.clone(),
            set: self.set.clone(),
            flags,
        }
    }
}

// A run that is there. No doc comment, which would stand in the help.
#[derive(Args, Debug)]
pub(super) struct Saved {
    /// Run directory, such as runs/quick-0-1
    #[arg(value_hint = ValueHint::DirPath)]
    pub run: PathBuf,

    /// Where the data are [default: where the run had them]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,

    /// Folder to write to, for a run that is to stay as it is [default: the run]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Replace what an earlier call has written to --out
    #[arg(long, requires = "out")]
    pub overwrite: bool,

    #[command(flatten)]
    pub machine: Machine,
}

/// Say which parts of a run are whole and which are not
///
/// Holds every file to its hash, and configuration, metrics, checkpoints,
/// manifest and data to each other. With --against, holds the run to another
/// one as well: settings, data, logs step by step, weights and evaluation. Ends
/// with status 1 if anything is not whole, or not the same.
#[derive(Args, Debug)]
pub(super) struct Verify {
    /// Run directory, such as runs/quick-0-1
    #[arg(value_hint = ValueHint::DirPath)]
    pub run: PathBuf,

    /// A run that it must be the same as, such as data/results/quick-seed-0
    #[arg(long, value_name = "RUN", value_hint = ValueHint::DirPath)]
    pub against: Option<PathBuf>,

    /// Where the data are [default: where the run had them]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,
}

/// Compare runs of an experiment: measures over seeds, with intervals
///
/// Runs whose configurations differ in the seed only are taken together as one
/// setting. Prints the mean over its runs and, from two runs on, its 95 %
/// interval by Student's t; of a sweep, over each key that it varies. With --out,
/// a folder is written with the tables as CSV, Markdown, LaTeX and a web page, and
/// with pictures; some of them need the runs' checkpoints and their data.
#[derive(Args, Debug)]
pub(super) struct Compare {
    /// Run directories, such as runs/quick-0-1, and sweeps: their folders or files
    #[arg(required = true, value_name = "RUN", value_hint = ValueHint::DirPath)]
    pub runs: Vec<PathBuf>,

    /// Show measures over the values of this key (again for more) [default: those of a sweep]
    #[arg(long, value_name = "KEY")]
    pub over: Vec<String>,

    /// How the tables are printed; CSV always holds everything
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Print this table (again for more), or `all`, instead of the main one
    #[arg(long = "table", value_name = "NAME")]
    pub tables: Vec<String>,

    /// Folder to write: compare.html, .md, .csv, .tex and pictures
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,

    /// Replace the comparison that --out already holds
    #[arg(long, requires = "out")]
    pub overwrite: bool,

    /// Where the data are, for --out [default: where the runs had them]
    #[arg(long, value_name = "DIR", requires = "out", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,

    #[command(flatten)]
    pub machine: Machine,
}

/// How tables are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Aligned for a terminal
    Text,
    /// Markdown tables
    Markdown,
    /// LaTeX tables, for a document with the package booktabs
    Latex,
    /// Comma-separated values in long form, a number a line
    Csv,
}

/// List the experiments, a line each
#[derive(Args, Debug)]
pub(super) struct Experiments {}

/// List the built-in configurations by experiment, or print one
#[derive(Args, Debug)]
pub(super) struct Presets {
    #[command(subcommand)]
    pub action: Option<PresetsAction>,
}

#[derive(Debug, Subcommand)]
pub(super) enum PresetsAction {
    /// List the presets, a line each (the default)
    List,
    /// Print a preset's TOML, a file to edit for `train --config`
    Show {
        /// Which one
        name: String,
    },
}

/// Print a script that completes this command's arguments in a shell
#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell
    pub shell: Shell,
}
