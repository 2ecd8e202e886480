//! The comparison as tables of the one table model.

use gradroute_runs::compare::{BELOW, ComparedRun, notes};
use gradroute_runs::statistics::Estimate;
use gradroute_runs::table::{Cell, Column, Section, Table};

use super::measure::{Measure, Metric, Shown, Subject, Weighting};
use super::published::Published;
use super::sides::{Runs, digits, estimate, halves, published_of, settings_with};
use crate::autoencoder::config::Config;
use crate::autoencoder::digit_list::digit_list;
use crate::autoencoder::evaluation::Results;
use crate::autoencoder::halves::{Half, Halves};

/// Errors on the digits of each half: for decoder and certificates a section
/// with a row for each setting, its published results below it, and at last what
/// can be had without looking.
pub fn group_table(runs: &Runs, weighting: Weighting) -> Table {
    let halves = halves(runs);
    let mut columns = vec![column("", "setting"), column("", "runs")];
    for metric in Metric::BOTH {
        for half in Half::BOTH {
            let digits = format!("digits {}", digit_list(half.digits(halves)));
            columns.push(column(metric.name(), &digits));
            columns.push(column(metric.name(), "±"));
        }
    }
    let mut sections: Vec<Section> = Subject::MODELS
        .into_iter()
        .filter(|subject| settings_with(runs, *subject).next().is_some())
        .map(|subject| Section {
            heading: heading(subject, halves),
            rows: group_rows(runs, subject, weighting),
        })
        .collect();
    sections.push(Section {
        heading: "Knowing nothing of the image".to_owned(),
        rows: floor_rows(runs, weighting),
    });
    let mut notes = notes(runs);
    let published = || runs.settings.iter().flat_map(|s| published_of(runs, s));
    if published().any(Published::has_spread) {
        notes.push(PAPERS_SPREAD.to_owned());
    }
    let counts = match weighting {
        Weighting::BySample => "every sample counts the same",
        Weighting::OverDigits => "every digit counts the same",
    };
    Table {
        caption: format!("Test errors on each half's digits, pixels in [-1, 1]; {counts}"),
        columns,
        sections,
        notes,
    }
}

fn group_rows(runs: &Runs, subject: Subject, weighting: Weighting) -> Vec<Vec<Cell>> {
    let measures = group_measures(subject, weighting);
    let mut rows = Vec::new();
    for setting in settings_with(runs, subject) {
        let mut row = vec![setting.name.clone(), setting.runs.len().to_string()];
        row.extend(measures.iter().flat_map(|measure| cells(&estimate(setting, *measure))));
        rows.push(row.into_iter().map(Cell::plain).collect());
        for result in published_of(runs, setting) {
            let values = measures.map(|measure| result.value(measure));
            if values.iter().all(Option::is_none) {
                continue;
            }
            let mut row = vec![format!("{BELOW}{}", result.label), String::new()];
            row.extend(values.into_iter().flat_map(|value| match value {
                None => [String::new(), String::new()],
                // As many decimals as were published.
                Some(value) => match value.spread {
                    Some(spread) => [format!("{:.2}", value.value), format!("{spread:.2}")],
                    None => [number(value.value), String::new()],
                },
            }));
            rows.push(row.into_iter().map(Cell::plain).collect());
        }
    }
    rows
}

fn floor_rows(runs: &Runs, weighting: Weighting) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for (name, run) in floors(runs) {
        for subject in Subject::FLOORS {
            // The black image is the same for all.
            let name = if subject == Subject::Constant { "" } else { name.as_str() };
            if subject == Subject::Constant && !rows.is_empty() {
                continue;
            }
            let values = group_measures(subject, weighting).map(|m| m.of(&run.evaluation.results));
            let mut row = vec![format!("{}{name}", subject.name()), String::new()];
            row.extend(values.into_iter().flat_map(|value| [number(value), String::new()]));
            rows.push(row.into_iter().map(Cell::plain).collect());
        }
    }
    rows
}

/// Errors digit by digit: a section for each metric, decoder and certificate,
/// the digits side by side, those of the bottom half first.
pub fn digit_table(runs: &Runs) -> Table {
    let halves = halves(runs);
    let digits = digits(runs);
    let mut columns = vec![column("", "setting")];
    columns.extend(digits.iter().map(|digit| {
        let group = match (halves.bottom.contains(digit), halves.top.contains(digit)) {
            (true, _) => "bottom half",
            (_, true) => "top half",
            _ => "neither half",
        };
        column(group, &digit.to_string())
    }));
    let mut sections = Vec::new();
    for metric in Metric::BOTH {
        let there = |subject: &Subject| settings_with(runs, *subject).next().is_some();
        for subject in Subject::MODELS.into_iter().filter(there) {
            let heading = format!("{}: {}", metric.name(), heading(subject, halves));
            let rows = digit_rows(runs, subject, metric, &digits);
            sections.push(Section { heading, rows });
        }
    }
    Table {
        caption: "Test errors digit by digit, pixels in [-1, 1]".to_owned(),
        columns,
        sections,
        notes: notes(runs),
    }
}

fn digit_rows(runs: &Runs, subject: Subject, metric: Metric, digits: &[u8]) -> Vec<Vec<Cell>> {
    let measure = |subject, digit: &u8| Measure { subject, metric, shown: Shown::Digit(*digit) };
    let mut rows = Vec::new();
    let mut push = |name: String, values: Vec<String>| {
        rows.push(std::iter::once(name).chain(values).map(Cell::plain).collect());
    };
    for setting in settings_with(runs, subject) {
        let estimates = digits.iter().map(|digit| estimate(setting, measure(subject, digit)));
        let estimates: Vec<[String; 2]> = estimates.map(|e| cells(&e)).collect();
        push(setting.name.clone(), estimates.iter().map(|[mean, _]| mean.clone()).collect());
        if setting.runs.len() > 1 {
            let widths = estimates.into_iter().map(|[_, half]| half);
            push(format!("{BELOW}±"), widths.collect());
        }
        for result in published_of(runs, setting) {
            let values: Vec<Option<String>> = digits
                .iter()
                .map(|digit| result.value(measure(subject, digit)).map(|v| number(v.value)))
                .collect();
            if values.iter().any(Option::is_some) {
                let values = values.into_iter().map(Option::unwrap_or_default);
                push(format!("{BELOW}{}", result.label), values.collect());
            }
        }
    }
    for (name, run) in floors(runs) {
        for floor in metric.floors() {
            let values =
                digits.iter().map(|digit| measure(*floor, digit).of(&run.evaluation.results));
            let values = values.map(number).collect();
            push(format!("{}{name}, knowing nothing", floor.name()), values);
        }
    }
    rows
}

/// The runs whose floors differ, with what tells them apart: floors are those
/// of the training images that a run was given.
pub(super) fn floors(runs: &Runs) -> Vec<(String, &ComparedRun<Config, Results>)> {
    let mut found: Vec<(Option<usize>, &ComparedRun<Config, Results>)> = Vec::new();
    for run in runs.settings.iter().map(|setting| &setting.runs[0]) {
        if found
            .iter()
            .all(|(_, other)| other.evaluation.results.floors != run.evaluation.results.floors)
        {
            found.push((run.resolved.config.data.limit, run));
        }
    }
    let several = found.len() > 1;
    let name = |limit| match limit {
        _ if !several => String::new(),
        None => " of all training images".to_owned(),
        Some(limit) => format!(" of {limit} training images"),
    };
    found.into_iter().map(|(limit, run)| (name(limit), run)).collect()
}

fn group_measures(subject: Subject, weighting: Weighting) -> [Measure; 4] {
    let measure = |metric, half| Measure { subject, metric, shown: Shown::Group(half, weighting) };
    [
        measure(Metric::Mae, Half::Bottom),
        measure(Metric::Mae, Half::Top),
        measure(Metric::Mse, Half::Bottom),
        measure(Metric::Mse, Half::Top),
    ]
}

/// Mean and half-width.
fn cells(estimate: &Estimate) -> [String; 2] {
    let half = estimate.half_width.map_or_else(|| "–".to_owned(), number);
    [number(estimate.mean), half]
}

fn heading(subject: Subject, halves: &Halves) -> String {
    match subject {
        Subject::Top => {
            format!("Top certificate, sees the half of digits {}", digit_list(&halves.top))
        }
        Subject::Bottom => {
            format!("Bottom certificate, sees the half of digits {}", digit_list(&halves.bottom))
        }
        Subject::BadDecoder => {
            "Second decoder, trained by the term `bad`, sees the whole encoding".to_owned()
        }
        _ => "Decoder, sees the whole encoding".to_owned(),
    }
}

/// Why the paper's are another thing.
pub(super) const PAPERS_SPREAD: &str = "The paper's own ± is 1.96 std / sqrt(runs x digits) over the errors of all runs and digits: \
     it mixes how digits differ into how runs differ, and is no interval for another run's result.";

fn number(value: f64) -> String {
    format!("{value:.4}")
}

fn column(group: &str, name: &str) -> Column {
    Column { group: group.to_owned(), name: name.to_owned() }
}
