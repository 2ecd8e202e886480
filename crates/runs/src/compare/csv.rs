//! The comparison as comma-separated values, a number a line.

use std::borrow::Cow;

use super::measured::Measured;
use super::page::{ComparisonPage, CsvRow};
use super::settings::Comparison;
use crate::config::Settings;

const HEAD: &str =
    "setting,source,runs,measure,part,mean,value,ci95_low,ci95_high,published_spread\n";

/// Everything that the comparison knows, in long form. `source` is "measured" for our own runs,
/// "no information" for floors, or names the publication. Values have all the digits that they
/// need to read back to the same bits.
pub fn csv<C: Settings, R>(comparison: &Comparison<C, R>, page: &ComparisonPage) -> String {
    let mut text = HEAD.to_owned();
    for row in measures(comparison).iter().chain(&page.rows) {
        let CsvRow { setting, source, runs, measure, part, mean, .. } = row;
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let numbers = [
            number(Some(row.value)),
            number(row.interval.map(|(low, _)| low)),
            number(row.interval.map(|(_, high)| high)),
            number(row.published_spread),
        ];
        let texts = [setting, source, runs, measure, part, mean];
        let fields: Vec<Cow<'_, str>> =
            texts.into_iter().chain(&numbers).map(|field| quote(field)).collect();
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text
}

/// The measures of each setting, and their floors.
fn measures<C: Settings, R>(comparison: &Comparison<C, R>) -> Vec<CsvRow> {
    let mut rows = Vec::new();
    let all = comparison.all_measures();
    for setting in &comparison.settings {
        for measure in &all {
            let Some(measured) = comparison.measured(setting, &measure.name) else { continue };
            let Measured { estimate, runs, floor } = measured;
            rows.push(CsvRow {
                setting: setting.name.clone(),
                source: "measured".to_owned(),
                runs: runs.to_string(),
                measure: measure.name.clone(),
                value: estimate.mean,
                interval: estimate.interval(),
                ..CsvRow::default()
            });
            if let Some(floor) = floor {
                rows.push(CsvRow {
                    setting: setting.name.clone(),
                    source: "no information".to_owned(),
                    measure: measure.name.clone(),
                    value: floor,
                    ..CsvRow::default()
                });
            }
        }
    }
    rows
}

/// A field by RFC 4180: in quotes where it holds a comma, a quote or a line end.
fn quote(field: &str) -> Cow<'_, str> {
    if field.contains([',', '"', '\n', '\r']) {
        return Cow::Owned(format!("\"{}\"", field.replace('"', "\"\"")));
    }
    Cow::Borrowed(field)
}
