//! The arguments of `graph`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::graph_format::GraphFormat;
use super::machine::Machine;
use super::place_arguments::Place;
use super::whole::at_least;

/// Show a step's graph and its backward pass, node by node
///
/// Makes a step and writes down its graph with all values, and the way back from
/// each term of the loss: as a page that steps backwards (html), as a picture (svg,
/// dot), or as numbers (json). A run that is looked at stays as it is.
#[derive(Args, Debug)]
pub(super) struct Graph {
    #[command(flatten)]
    pub place: Place,

    /// Samples of the step (train.batch) [default: as --set or --config say, else 8]
    #[arg(long, value_name = "N", value_parser = at_least::<1>)]
    pub batch: Option<i64>,

    /// A variant that the page can switch to, such as loss.l1=0,routing.enabled=false; may be repeated
    #[arg(long = "variant", value_name = "KEY=VALUE", value_hint = ValueHint::Other)]
    pub variants: Vec<String>,

    /// What is written [default: by the name of --out, else html]
    #[arg(long, value_enum)]
    pub format: Option<GraphFormat>,

    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,

    #[command(flatten)]
    pub machine: Machine,
}
