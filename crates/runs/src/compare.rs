//! Comparing runs: which setting does what, over how many runs.
//!
//! Runs whose configurations differ in the seed only are one *setting*. Each measure is given as
//! the mean over a setting's runs, with a 95 % interval by Student's t over the runs: what another
//! seed would do is the question, so a run counts as one observation, however many samples it was
//! judged on.

mod csv;
mod error;
mod measured;
mod over;
mod page;
mod parts;
mod run;
mod settings;
mod table;
mod write;

pub use csv::csv;
pub use error::CompareError;
pub use measured::Measured;
pub use over::{MOST_FIGURES, OVER, Over, differing_keys};
pub use page::{ComparisonPage, ComparisonTable, CsvRow};
pub use parts::{html, markdown};
pub use run::{ComparedRun, read};
pub use settings::{Comparison, Setting};
pub use table::{BELOW, METHOD, measure_table, notes};
pub use write::{Destination, Files};
