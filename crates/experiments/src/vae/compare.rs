//! What a comparison of runs shows: which digits were learned at which seed.

use gradroute_runs::Figure;
use gradroute_runs::compare::{Comparison, ComparisonPage, ComparisonTable, measure_table};
use gradroute_runs::figures::{FigureError, HeatMap};
use gradroute_runs::table::{Cell, Column, Section, Table};

use super::config::Config;
use super::evaluation::Results;
use super::{DIGITS, digit_names};

/// The most runs that one picture shows.
const MOST_RUNS: usize = 40;

/// The table of measures, one of the single runs, and the share of each digit that is named
/// rightly, run by run.
pub fn page(comparison: &Comparison<Config, Results>) -> Result<ComparisonPage, FigureError> {
    let table = |name, heading: &str, table, printed| {
        let heading = heading.to_owned();
        ComparisonTable { name, heading, table, printed }
    };
    let (names, results): (Vec<String>, Vec<&Results>) = runs(comparison).unzip();
    let mut page = ComparisonPage {
        tables: vec![
            table("measures", "Measures", measure_table(comparison), true),
            table("runs", "Run by run", run_table(&names, &results), true),
        ],
        ..ComparisonPage::default()
    };
    if names.len() > MOST_RUNS {
        page.missing.push(format!("No picture of more than {MOST_RUNS} runs."));
        return Ok(page);
    }
    let recalls: Vec<f64> =
        results.iter().flat_map(|run| (0..DIGITS).map(|digit| run.recall(digit))).collect();
    let drawing = HeatMap {
        title: "Which digits were learned",
        subtitle: "Share of each digit’s test images whose largest mean is in the digit’s own dim",
        rows: ("run", &names),
        columns: ("digit", &digit_names()),
        values: &recalls,
        most: 1.0,
        text: |share| format!("{share:.2}"),
        blocks: &[],
    }
    .draw()?;
    page.figures.push(Figure {
        name: "recall".into(),
        caption: "Share of each digit’s test images that are named rightly, run by run: a pale \
                  square is a digit that the run has not learned"
            .into(),
        drawing,
    });
    Ok(page)
}

/// Name and results of each run.
fn runs(
    comparison: &Comparison<Config, Results>,
) -> impl Iterator<Item = (String, &Results)> + use<'_> {
    comparison.settings.iter().flat_map(|setting| {
        setting
            .runs
            .iter()
            .map(|run| (format!("{}, seed {}", setting.name, run.seed()), &run.evaluation.results))
    })
}

fn run_table(names: &[String], results: &[&Results]) -> Table {
    let column = |name: &str| Column { group: String::new(), name: name.to_owned() };
    let row = |(name, results): (&String, &&Results)| {
        let missing: Vec<String> = results.missing().iter().map(usize::to_string).collect();
        let missing = if missing.is_empty() { "–".to_owned() } else { missing.join(", ") };
        let numbers = [
            name.clone(),
            format!("{:.4}", results.accuracy()),
            format!("{:.2}", results.squared_error),
            results.decodes_right().to_string(),
            missing,
        ];
        numbers.map(Cell::plain).to_vec()
    };
    let rows = names.iter().zip(results).map(row).collect();
    Table {
        caption: "Single runs".to_owned(),
        columns: ["run", "accuracy", "squared error", "decodes right", "digits missing"]
            .map(column)
            .to_vec(),
        sections: vec![Section { heading: String::new(), rows }],
        notes: vec![
            "Digits missing: those with less than a tenth of their test images named rightly."
                .to_owned(),
        ],
    }
}
