//! What an experiment adds to a comparison.

use crate::page::Figure;
use crate::table::Table;

/// What an experiment shows of a comparison beside the table of measures.
#[derive(Clone, Debug, Default)]
pub struct ComparisonPage {
    /// What a reader is told before the numbers, as term and text.
    pub reading: Vec<(String, String)>,
    /// The pictures, in the order in which they should be seen.
    pub figures: Vec<Figure>,
    /// What could not be drawn, a sentence each.
    pub missing: Vec<String>,
    /// The tables. Where there are some, they stand in place of that of the measures.
    pub tables: Vec<ComparisonTable>,
    /// Lines for the CSV file, below those of the measures.
    pub rows: Vec<CsvRow>,
    /// Results of others that stand beside ours: name, and where they are published.
    pub published: Vec<(String, String)>,
}

/// A table of a comparison.
#[derive(Clone, Debug)]
pub struct ComparisonTable {
    /// The name by which the command line asks for it.
    pub name: &'static str,
    /// The heading that it stands under on the page; neighbours with the same one share it.
    pub heading: String,
    /// The table.
    pub table: Table,
    /// Whether it is printed without being asked for.
    pub printed: bool,
}

/// A line of the CSV file: one number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CsvRow {
    /// The setting; empty for what belongs to none.
    pub setting: String,
    /// "measured" for our own runs, else who says so.
    pub source: String,
    /// How many runs; empty where that is not said.
    pub runs: String,
    /// Which number.
    pub measure: String,
    /// On which part of the data; empty for all.
    pub part: String,
    /// How it is averaged; empty for by sample.
    pub mean: String,
    /// The number.
    pub value: f64,
    /// Both ends of its 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// A spread of another kind that is published with it.
    pub published_spread: Option<f64>,
}
