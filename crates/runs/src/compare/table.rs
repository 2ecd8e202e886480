//! The table of measures.

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
    let measures = comparison.measures_of(comparison.first());
    let sections = measures.iter().enumerate().map(|(i, measure)| {
        let mut rows = Vec::new();
        for setting in &comparison.settings {
            let estimate = setting.estimate(|evaluation| {
                let all = (comparison.measures)(&evaluation.results, &evaluation.earlier);
                all.get(i).map_or(f64::NAN, |measure| measure.value)
            });
            let half = estimate.half_width.map_or_else(|| "–".to_owned(), number);
            let seeds = setting.runs.len().to_string();
            rows.push([setting.name.clone(), seeds, number(estimate.mean), half]);
            if let Some(floor) = comparison.measures_of(&setting.runs[0])[i].floor {
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
