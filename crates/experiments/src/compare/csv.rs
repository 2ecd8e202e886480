//! The comparison as comma-separated values, a number a line.

use std::borrow::Cow;

use super::tables::floors;
use super::{Comparison, Measure, Metric, Shown, Subject, Weighting};
use crate::autoencoder::figures::Half;

const HEAD: &str = "setting,source,runs,subject,metric,digits,mean,value,ci95_low,ci95_high,\
                    published_spread\n";

/// Everything that the comparison knows, in long form: by sample, over digits
/// and per digit. `source` is "measured" for our own runs, "no information" for
/// the floors, or names the publication; `mean` says how a group's mean is
/// taken. Values have all the digits that they need to read back to the same
/// bits.
pub fn csv(comparison: &Comparison) -> String {
    let mut text = HEAD.to_owned();
    let mut line = |fields: [&str; 11]| {
        let fields: Vec<Cow<'_, str>> = fields.into_iter().map(quote).collect();
        text.push_str(&fields.join(","));
        text.push('\n');
    };
    let shown: Vec<(Shown, String, &str)> = shown(comparison);
    let measures = |subjects: &'static [Subject]| {
        let shown = &shown;
        subjects.iter().flat_map(move |subject| {
            Metric::BOTH.into_iter().flat_map(move |metric| {
                shown.iter().map(move |(shown, digits, mean)| {
                    let measure = Measure { subject: *subject, metric, shown: *shown };
                    (measure, digits.as_str(), *mean)
                })
            })
        })
    };
    for setting in &comparison.settings {
        let name = setting.name.as_str();
        let runs = setting.runs.len().to_string();
        for (measure, digits, mean) in measures(&Subject::MODELS) {
            let estimate = setting.estimate(measure);
            let (low, high) = estimate
                .interval()
                .map_or_else(Default::default, |(low, high)| (low.to_string(), high.to_string()));
            let (subject, metric) = (measure.subject.name(), measure.metric.name());
            let value = estimate.mean.to_string();
            line([name, "measured", &runs, subject, metric, digits, mean, &value, &low, &high, ""]);
        }
        for result in comparison.published(setting) {
            for (measure, digits, mean) in measures(&Subject::MODELS) {
                let Some(published) = result.value_as_published(measure) else { continue };
                let (subject, metric) = (measure.subject.name(), measure.metric.name());
                let value = published.value.to_string();
                let spread = published.spread.map(|s| s.to_string()).unwrap_or_default();
                let label = result.label.as_str();
                line([name, label, "", subject, metric, digits, mean, &value, "", "", &spread]);
            }
        }
    }
    for (i, (which, run)) in floors(comparison).into_iter().enumerate() {
        // The black image is the same for all.
        let already = i > 0;
        for (measure, digits, mean) in measures(&Subject::FLOORS) {
            let subject = match measure.subject {
                Subject::Constant if already => continue,
                Subject::Constant => measure.subject.name().to_owned(),
                _ => format!("{}{which}", measure.subject.name()),
            };
            let value = measure.of(&run.evaluation).to_string();
            let metric = measure.metric.name();
            line(["", "no information", "", &subject, metric, digits, mean, &value, "", "", ""]);
        }
    }
    text
}

/// What errors are given on: the digits of each half in both ways, each digit.
fn shown(comparison: &Comparison) -> Vec<(Shown, String, &'static str)> {
    let mut shown = Vec::new();
    for half in Half::BOTH {
        let digits: Vec<String> =
            half.digits(comparison.halves()).iter().map(u8::to_string).collect();
        // Spaces, because a spreadsheet would make a date of 0-4.
        let digits = digits.join(" ");
        for weighting in Weighting::BOTH {
            shown.push((Shown::Group(half, weighting), digits.clone(), weighting.name()));
        }
    }
    let digit = |digit: u8| (Shown::Digit(digit), digit.to_string(), Weighting::BySample.name());
    shown.extend(comparison.digits().into_iter().map(digit));
    shown
}

/// A field by RFC 4180: in quotes where it holds a comma, a quote or a line end.
fn quote(field: &str) -> Cow<'_, str> {
    if field.contains([',', '"', '\n', '\r']) {
        return Cow::Owned(format!("\"{}\"", field.replace('"', "\"\"")));
    }
    Cow::Borrowed(field)
}
