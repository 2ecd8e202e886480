//! The arguments of `audit`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::machine::Machine;
use super::place_arguments::Place;
use super::whole::at_least;

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
    #[command(flatten)]
    pub place: Place,

    /// Samples a step (train.batch)
    #[arg(long, value_name = "N", value_parser = at_least::<1>)]
    pub batch: Option<i64>,

    /// How many steps to audit; norms are then root mean squares over them
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = at_least::<1>)]
    pub steps: i64,

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
