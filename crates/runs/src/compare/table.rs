//! The table of measures.

use super::measured::Measured;
use super::settings::Comparison;
use crate::config::Settings;
use crate::table::{Cell, Column, Section, Table};

/// How the rows begin that stand below a setting and belong to it.
pub const BELOW: &str = "↳ ";

/// How our intervals are made.
pub const METHOD: &str = "±: half the 95 % confidence interval of the mean over runs, by \
                          Student's t with n-1 degrees of freedom for n runs; each run counts as \
                          one observation.";

/// The notes of every table with intervals.
pub fn notes<C, R>(comparison: &Comparison<C, R>) -> Vec<String> {
    let mut notes = Vec::new();
    if !comparison.shared_changes.is_empty() {
        notes.push(format!(
            "All runs change in their presets: {}.",
            comparison.shared_changes.join(", ")
        ));
    }
    notes.push(METHOD.to_owned());
    if comparison.settings.iter().any(|setting| setting.runs.len() == 1) {
        notes.push("–: one run only, so there is no interval.".to_owned());
    }
    notes
}

/// A section for each measure, with a row for each setting and what knowing nothing would give.
pub fn measure_table<C: Settings, R>(comparison: &Comparison<C, R>) -> Table {
    let column = |name: &str| Column { group: String::new(), name: name.to_owned() };
    let measures = comparison.all_measures();
    let sections = measures.iter().map(|measure| {
        let mut rows = Vec::new();
        for setting in &comparison.settings {
            let Some(measured) = comparison.measured(setting, &measure.name) else { continue };
            let Measured { estimate, runs, floor } = measured;
            let half = estimate.half_width.map_or_else(|| "–".to_owned(), number);
            let runs = match setting.runs.len() {
                all if all == runs => runs.to_string(),
                all => format!("{runs} of {all}"),
            };
            rows.push([setting.name.clone(), runs, number(estimate.mean), half]);
            if let Some(floor) = floor {
                let name = format!("{BELOW}knowing nothing");
                rows.push([name, String::new(), number(floor), String::new()]);
            }
        }
        Section {
            heading: format!("{}: {}", measure.name, measure.about),
            rows: rows.into_iter().map(|row| row.map(Cell::plain).to_vec()).collect(),
        }
    });
    Table {
        caption: "Measures".to_owned(),
        columns: ["setting", "runs", "mean", "±"].map(column).to_vec(),
        sections: sections.collect(),
        notes: notes(comparison),
    }
}

fn number(value: f64) -> String {
    format!("{value:.4}")
}
