//! `gradroute presets`.

use std::fmt::Write;

use clap::{Args, Subcommand};
use gradroute::presets;

use super::failure::Failure;

/// List the built-in configurations, or print one
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  gradroute presets                        list them, a line each
  gradroute presets show seed > mine.toml  a file to edit, for `train --config mine.toml`")]
pub struct Presets {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the presets, a line each (the default)
    List,
    /// Print a preset's TOML
    Show {
        /// Which one
        #[arg(value_parser = super::train::preset_names())]
        name: String,
    },
}

impl Presets {
    pub fn run(self) -> Result<(), Failure> {
        match self.action {
            None | Some(Action::List) => {
                let mut text = String::new();
                for preset in presets::all() {
                    let default = if preset.name == presets::DEFAULT { " (default)" } else { "" };
                    let _ = writeln!(text, "{}{default}: {}", preset.name, preset.description());
                }
                super::print(&text)
            }
            Some(Action::Show { name }) => {
                super::print(presets::get(&name).map_err(Failure::usage)?.toml)
            }
        }
    }
}
