//! `gradroute compare`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gradroute::compare::{
    Comparison, Destination, Files, Weighting, csv, digit_table, draw, group_table, losses,
};
use gradroute_runs::table::Table;

use super::failure::Failure;
use super::machine::Machine;
use super::saved_run;

/// Compare runs: test errors over seeds, beside published results
///
/// Runs whose configurations differ in the seed only are taken together as one
/// setting. Prints the mean over its runs and, from two runs on, its 95 %
/// interval by Student's t. With --out, a folder is written with the tables as
/// CSV, Markdown and a web page, and with pictures; those of reconstructions
/// need the runs' checkpoints and their data set.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  gradroute compare runs/quick-*
  gradroute compare runs/quick-* runs/paper-* --out comparison
  gradroute compare runs/seed-* --per-digit
  gradroute compare runs/* --format csv > errors.csv")]
pub struct Compare {
    /// Run directories, such as runs/quick-0-1
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,

    /// How the tables are printed; CSV always holds everything
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Also print means in which every digit, not every sample, counts the same
    #[arg(long)]
    over_digits: bool,

    /// Also print the errors digit by digit
    #[arg(long)]
    per_digit: bool,

    /// Folder to write: compare.html, compare.md, compare.csv and pictures
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Replace the comparison that --out already holds
    #[arg(long, requires = "out")]
    overwrite: bool,

    /// Folder with the data set, for --out [default: the one that the runs were trained on]
    #[arg(long, value_name = "DIR", requires = "out")]
    data: Option<PathBuf>,

    #[command(flatten)]
    machine: Machine,
}

/// How tables are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned for a terminal
    Text,
    /// Markdown tables
    Markdown,
    /// Comma-separated values in long form, a number a line
    Csv,
}

impl Compare {
    pub fn run(self) -> Result<(), Failure> {
        self.machine.run(|| {
            let comparison = Comparison::read(&self.runs)?;
            let mut text = self.tables(&comparison);
            if let Some(out) = &self.out {
                let destination = Destination::new(out, self.overwrite)?;
                let record = &comparison.settings[0].runs[0].manifest.data;
                // Only test images are shown, whatever was trained on.
                let data = saved_run::load_data(self.data.as_deref(), Some(record), 0)?;
                let losses = losses(&comparison)?;
                let pictures = draw(&comparison, &losses, &data.test)?;
                for missing in &pictures.missing {
                    eprintln!("{missing}");
                }
                destination.write(&Files::of(&comparison, &losses, pictures))?;
                let page = out.join("compare.html");
                let written =
                    format!("Written: {} (open {} in a browser)", out.display(), page.display());
                match self.format {
                    Format::Text => text += &format!("\n{written}\n"),
                    // Standard output holds what was asked for and nothing else.
                    Format::Markdown | Format::Csv => eprintln!("{written}"),
                }
            }
            super::print(&text)
        })
    }

    fn tables(&self, comparison: &Comparison) -> String {
        if self.format == Format::Csv {
            return csv(comparison);
        }
        let mut tables = vec![group_table(comparison, Weighting::BySample)];
        if self.over_digits {
            tables.push(group_table(comparison, Weighting::OverDigits));
        }
        if self.per_digit {
            tables.push(digit_table(comparison));
        }
        let render = |table: &Table| match self.format {
            Format::Markdown => table.to_markdown(),
            _ => table.to_string(),
        };
        tables.iter().map(render).collect::<Vec<_>>().join("\n\n")
    }
}
