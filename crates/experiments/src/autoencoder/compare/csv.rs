//! The errors of a comparison as lines of its CSV file.

use gradroute_runs::compare::CsvRow;

use super::measure::{Measure, Metric, Shown, Subject, Weighting};
use super::sides::{Runs, digits, estimate, halves, has, published_of};
use super::tables::floors;
use crate::autoencoder::halves::Half;

/// By sample, over digits and per digit, for our own runs, for what others have published, and for
/// what can be had without looking.
pub(super) fn rows(runs: &Runs) -> Vec<CsvRow> {
    let shown: Vec<(Shown, String, &str)> = shown(runs);
    let measures = |subjects: &'static [Subject]| {
        let shown = &shown;
        subjects.iter().flat_map(move |subject| {
            Metric::BOTH.into_iter().flat_map(move |metric| {
                shown.iter().map(move |(shown, part, mean)| {
                    let measure = Measure { subject: *subject, metric, shown: *shown };
                    let row = CsvRow {
                        measure: format!("{} {}", subject.name(), metric.name()),
                        part: part.clone(),
                        mean: (*mean).to_owned(),
                        ..CsvRow::default()
                    };
                    (measure, row)
                })
            })
        })
    };
    let mut rows = Vec::new();
    for setting in &runs.settings {
        for (measure, row) in measures(&Subject::MODELS) {
            if !has(setting, measure.subject) {
                continue;
            }
            let estimate = estimate(setting, measure);
            rows.push(CsvRow {
                setting: setting.name.clone(),
                source: "measured".to_owned(),
                runs: setting.runs.len().to_string(),
                value: estimate.mean,
                interval: estimate.interval(),
                ..row
            });
        }
        for result in published_of(runs, setting) {
            for (measure, row) in measures(&Subject::MODELS) {
                let Some(published) = result.value_as_published(measure) else { continue };
                rows.push(CsvRow {
                    setting: setting.name.clone(),
                    source: result.label.clone(),
                    value: published.value,
                    published_spread: published.spread,
                    ..row
                });
            }
        }
    }
    for (i, (which, run)) in floors(runs).into_iter().enumerate() {
        for (measure, row) in measures(&Subject::FLOORS) {
            // The black image is the same for all.
            let constant = measure.subject == Subject::Constant;
            if constant && i > 0 {
                continue;
            }
            let which = if constant { "" } else { which.as_str() };
            let (subject, metric) = (measure.subject.name(), measure.metric.name());
            rows.push(CsvRow {
                source: "no information".to_owned(),
                measure: format!("{subject}{which} {metric}"),
                value: measure.of(&run.evaluation.results),
                ..row
            });
        }
    }
    rows
}

/// What errors are given on: the digits of each half in both ways, each digit.
fn shown(runs: &Runs) -> Vec<(Shown, String, &'static str)> {
    let mut shown = Vec::new();
    for half in Half::BOTH {
        let digits: Vec<String> = half.digits(halves(runs)).iter().map(u8::to_string).collect();
        // Spaces, because a spreadsheet would make a date of 0-4.
        let digits = digits.join(" ");
        for weighting in Weighting::BOTH {
            shown.push((Shown::Group(half, weighting), digits.clone(), weighting.name()));
        }
    }
    let digit = |digit: u8| (Shown::Digit(digit), digit.to_string(), Weighting::BySample.name());
    shown.extend(digits(runs).into_iter().map(digit));
    shown
}
