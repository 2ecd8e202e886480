//! The comparison as tables of the one table model.

use gradroute_runs::statistics::Estimate;
use gradroute_runs::table::{Cell, Column, Section, Table};

use super::{
    ComparedRun, Comparison, Measure, Metric, Published, Setting, Shown, Subject, Weighting,
};
use crate::autoencoder::digit_list;
use crate::autoencoder::figures::Half;
use crate::evaluation::Halves;

/// How the rows of published values begin; they stand below the setting that
/// repeats them.
const BELOW: &str = "↳ ";

/// Errors on the digits of each half: for decoder and certificates a section
/// with a row for each setting, its published results below it, and at last what
/// can be had without looking.
pub fn group_table(comparison: &Comparison, weighting: Weighting) -> Table {
    let halves = comparison.halves();
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
        .map(|subject| Section {
            heading: heading(subject, halves),
            rows: group_rows(comparison, subject, weighting),
        })
        .collect();
    sections.push(Section {
        heading: "Knowing nothing of the image".to_owned(),
        rows: floor_rows(comparison, weighting),
    });
    let mut notes = notes(comparison);
    let published = || comparison.settings.iter().flat_map(|s| comparison.published(s));
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

fn group_rows(comparison: &Comparison, subject: Subject, weighting: Weighting) -> Vec<Vec<Cell>> {
    let measures = group_measures(subject, weighting);
    let mut rows = Vec::new();
    for setting in &comparison.settings {
        let mut row = vec![setting.name.clone(), setting.runs.len().to_string()];
        row.extend(measures.iter().flat_map(|measure| cells(&setting.estimate(*measure))));
        rows.push(row.into_iter().map(Cell::plain).collect());
        for result in comparison.published(setting) {
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

fn floor_rows(comparison: &Comparison, weighting: Weighting) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for (name, run) in floors(comparison) {
        for subject in Subject::FLOORS {
            // The black image is the same for all.
            let name = if subject == Subject::Constant { "" } else { name.as_str() };
            if subject == Subject::Constant && !rows.is_empty() {
                continue;
            }
            let values = group_measures(subject, weighting).map(|m| m.of(&run.evaluation));
            let mut row = vec![format!("{}{name}", subject.name()), String::new()];
            row.extend(values.into_iter().flat_map(|value| [number(value), String::new()]));
            rows.push(row.into_iter().map(Cell::plain).collect());
        }
    }
    rows
}

/// Errors digit by digit: a section for each metric, decoder and certificate,
/// the digits side by side, those of the bottom half first.
pub fn digit_table(comparison: &Comparison) -> Table {
    let halves = comparison.halves();
    let digits = comparison.digits();
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
        for subject in Subject::MODELS {
            let heading = format!("{}: {}", metric.name(), heading(subject, halves));
            let rows = digit_rows(comparison, subject, metric, &digits);
            sections.push(Section { heading, rows });
        }
    }
    Table {
        caption: "Test errors digit by digit, pixels in [-1, 1]".to_owned(),
        columns,
        sections,
        notes: notes(comparison),
    }
}

fn digit_rows(
    comparison: &Comparison,
    subject: Subject,
    metric: Metric,
    digits: &[u8],
) -> Vec<Vec<Cell>> {
    let measure = |subject, digit: &u8| Measure { subject, metric, shown: Shown::Digit(*digit) };
    let mut rows = Vec::new();
    let mut push = |name: String, values: Vec<String>| {
        rows.push(std::iter::once(name).chain(values).map(Cell::plain).collect());
    };
    for setting in &comparison.settings {
        let estimates = digits.iter().map(|digit| setting.estimate(measure(subject, digit)));
        let estimates: Vec<[String; 2]> = estimates.map(|e| cells(&e)).collect();
        push(setting.name.clone(), estimates.iter().map(|[mean, _]| mean.clone()).collect());
        if setting.runs.len() > 1 {
            let widths = estimates.into_iter().map(|[_, half]| half);
            push(format!("{BELOW}±"), widths.collect());
        }
        for result in comparison.published(setting) {
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
    for (name, run) in floors(comparison) {
        for floor in metric.floors() {
            let values = digits.iter().map(|digit| measure(*floor, digit).of(&run.evaluation));
            let values = values.map(number).collect();
            push(format!("{}{name}, knowing nothing", floor.name()), values);
        }
    }
    rows
}

/// The runs whose floors differ, with what tells them apart: floors are those
/// of the training images that a run was given.
pub(super) fn floors(comparison: &Comparison) -> Vec<(String, &ComparedRun)> {
    let mut found: Vec<(usize, &ComparedRun)> = Vec::new();
    for run in comparison.settings.iter().map(|setting: &Setting| &setting.runs[0]) {
        if found.iter().all(|(_, other)| other.evaluation.floors != run.evaluation.floors) {
            found.push((run.resolved.config.data.limit, run));
        }
    }
    let several = found.len() > 1;
    let name = |limit| match limit {
        _ if !several => String::new(),
        0 => " of all training images".to_owned(),
        limit => format!(" of {limit} training images"),
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
        _ => "Decoder, sees the whole encoding".to_owned(),
    }
}

fn notes(comparison: &Comparison) -> Vec<String> {
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

/// How our intervals are made.
pub(super) const METHOD: &str = "±: half the 95 % confidence interval of the mean over runs, by \
                                 Student's t with n-1 degrees of freedom for n runs; each run \
                                 counts as one observation.";

/// Why the paper's are another thing.
pub(super) const PAPERS_SPREAD: &str = "The paper's own ± is 1.96 std / sqrt(runs x digits) over the errors of all runs and digits: \
     it mixes how digits differ into how runs differ, and is no interval for another run's result.";

fn number(value: f64) -> String {
    format!("{value:.4}")
}

fn column(group: &str, name: &str) -> Column {
    Column { group: group.to_owned(), name: name.to_owned() }
}
