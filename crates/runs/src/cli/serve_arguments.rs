//! The arguments of `serve`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Show runs in a browser: what there is, and how a training goes on
///
/// Prints the address, opens it, and answers until Ctrl-C. The pages can be reached from this machine
/// alone and load nothing from elsewhere; they only read, so a training that is watched comes to the same.
#[derive(Args, Debug)]
pub(super) struct Serve {
    /// A run, or a folder with runs
    #[arg(value_name = "PATH", default_value = "runs", value_hint = ValueHint::DirPath)]
    pub path: PathBuf,

    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,

    /// Only print the address
    #[arg(long)]
    pub no_open: bool,
}
