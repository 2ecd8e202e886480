//! The table of test errors at the end of training.

use gradroute_runs::table::{Cell, Column, Section, Table};

use super::digit_list::digit_list;
use super::evaluation::{DecoderErrors, GroupErrors, GroupMean, Results};
use super::halves::CLASSES;

/// Test MAE and MSE of the decoder and both certificates, per digit and as means over each
/// half's digits, beside the best image that knows nothing of the input: the training set's
/// median image for MAE, its mean image for MSE. In each row the lower certificate is marked.
///
/// Digits without test samples are left out. A digit of neither half stands in a section of its
/// own, without means.
pub fn error_table(results: &Results) -> Table {
    let columns = Columns(results);
    let halves = &results.halves;
    let with_samples = |digits: &[u8]| -> Vec<u8> {
        let has_samples = |d: &u8| results.counts.get(usize::from(*d)).is_some_and(|n| *n > 0);
        digits.iter().copied().filter(has_samples).collect()
    };
    let half = |name: &str, digits: &[u8], group: fn(&DecoderErrors) -> &GroupErrors| {
        let mut rows: Vec<Vec<Cell>> =
            with_samples(digits).into_iter().map(|d| columns.digit_row(d)).collect();
        rows.push(columns.mean_row("mean by sample", group, |m| m.by_sample));
        rows.push(columns.mean_row("mean over digits", group, |m| m.over_digits));
        Section { heading: format!("{name} half: digits {}", digit_list(digits)), rows }
    };
    let mut sections = Vec::new();
    if !halves.bottom.is_empty() {
        sections.push(half("Bottom", &halves.bottom, |errors| &errors.groups.bottom));
    }
    if !halves.top.is_empty() {
        sections.push(half("Top", &halves.top, |errors| &errors.groups.top));
    }
    let assigned = |d: &u8| halves.bottom.contains(d) || halves.top.contains(d);
    let neither: Vec<u8> = (0..CLASSES as u8).filter(|d| !assigned(d)).collect();
    let rows: Vec<Vec<Cell>> =
        with_samples(&neither).into_iter().map(|d| columns.digit_row(d)).collect();
    if !rows.is_empty() {
        sections
            .push(Section { heading: format!("No half: digits {}", digit_list(&neither)), rows });
    }
    Table {
        caption: "Test errors, pixels in [-1, 1]; the lower certificate is marked".to_owned(),
        columns: heads(results.bad_decoder.is_some()),
        sections,
        notes: second_decoder_note(results).into_iter().chain([
            "bottom, top: the certificates, decoders that see one half of the encoding only."
                .to_owned(),
            "median, mean image: the errors of always drawing the training set's median or mean image."
                .to_owned(),
        ]).collect(),
    }
}

fn second_decoder_note(results: &Results) -> Option<String> {
    let note =
        "second: the decoder that the term `bad` of the loss trains; the first has the others.";
    results.bad_decoder.is_some().then(|| note.to_owned())
}

fn heads(second_decoder: bool) -> Vec<Column> {
    let column =
        |group: &str, name: &str| Column { group: group.to_owned(), name: name.to_owned() };
    let mut columns = vec![column("", "digit")];
    for (group, floor) in [("MAE", "median image"), ("MSE", "mean image")] {
        columns.push(column(group, "decoder"));
        if second_decoder {
            columns.push(column(group, "second"));
        }
        columns.extend(["bottom", "top", floor].map(|name| column(group, name)));
    }
    columns
}

struct Columns<'a>(&'a Results);

impl Columns<'_> {
    fn digit_row(&self, digit: u8) -> Vec<Cell> {
        let i = usize::from(digit);
        self.row(digit.to_string(), |errors| errors.mae[i], |errors| errors.mse[i])
    }

    fn mean_row(
        &self,
        name: &str,
        group: fn(&DecoderErrors) -> &GroupErrors,
        mean: fn(&GroupMean) -> f64,
    ) -> Vec<Cell> {
        let mae = |errors: &DecoderErrors| mean(&group(errors).mae);
        let mse = |errors: &DecoderErrors| mean(&group(errors).mse);
        self.row(name.to_owned(), mae, mse)
    }

    fn row(
        &self,
        name: String,
        mae: impl Fn(&DecoderErrors) -> f64,
        mse: impl Fn(&DecoderErrors) -> f64,
    ) -> Vec<Cell> {
        let Results { decoder, bad_decoder, bottom, top, floors, .. } = self.0;
        let mut row = vec![Cell::plain(name)];
        let bad = bad_decoder.as_ref();
        let decoders = [Some(mae(decoder)), bad.map(&mae)];
        row.extend(block(decoders, mae(bottom), mae(top), mae(&floors.median)));
        let decoders = [Some(mse(decoder)), bad.map(&mse)];
        row.extend(block(decoders, mse(bottom), mse(top), mse(&floors.mean)));
        row
    }
}

fn block(decoders: [Option<f64>; 2], bottom: f64, top: f64, floor: f64) -> Vec<Cell> {
    let cell = |value: f64, marked| Cell { text: number(value), marked };
    let decoders = decoders.into_iter().flatten().map(|value| cell(value, false));
    let rest = [cell(bottom, bottom < top), cell(top, top < bottom), cell(floor, false)];
    decoders.chain(rest).collect()
}

/// Four decimals; scientific where that would be too wide for a column.
fn number(value: f64) -> String {
    match value.abs() >= 1000.0 && value.is_finite() {
        true => format!("{value:.1e}"),
        false => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests;
