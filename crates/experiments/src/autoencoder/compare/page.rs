//! All of what a comparison shows.

use gradroute_runs::compare::{CompareError, ComparisonPage, ComparisonTable};
use gradroute_runs::images::Data;

use super::csv::rows;
use super::figures::{digits, settings};
use super::images::images;
use super::losses::losses;
use super::measure::{Metric, Weighting};
use super::published::Published;
use super::sides::{Runs, check_halves, published_of};
use super::tables::{PAPERS_SPREAD, digit_table, group_table};

/// Tables, and with `data` the figures: settings side by side, digit by digit, what the
/// certificates make of the same test images, and losses beside published ones. Images need the
/// weights of a run; a setting of which none has kept its own is left out of them.
///
/// # Errors
/// When runs split the digits differently, logs or checkpoints are damaged, or a figure can't be
/// drawn.
pub fn page(runs: &Runs, data: Option<&Data>) -> Result<ComparisonPage, CompareError> {
    check_halves(runs)?;
    let mut page = ComparisonPage { rows: rows(runs), ..ComparisonPage::default() };
    page.reading =
        [("Certificates.", CERTIFICATES), ("Errors.", ERRORS), ("The paper's ±.", PAPERS_SPREAD)]
            .map(|(term, text)| (term.to_owned(), text.to_owned()))
            .to_vec();
    let mut add = |name, heading: &str, table, printed| {
        let heading = heading.to_owned();
        page.tables.push(ComparisonTable { name, heading, table, printed });
    };
    let of_halves = "Errors on each half's digits";
    add("halves", of_halves, group_table(runs, Weighting::BySample), true);
    add("over-digits", of_halves, group_table(runs, Weighting::OverDigits), false);
    add("digits", "Errors digit by digit", digit_table(runs), false);
    let losses = losses(runs)?;
    for losses in &losses {
        add("losses", "Training losses beside published ones", losses.table(), false);
    }
    let mut sources: Vec<&Published> =
        runs.settings.iter().flat_map(|setting| published_of(runs, setting)).collect();
    sources.dedup();
    let source = |result: &&Published| {
        (format!("{}: {}", result.preset, result.label), result.source.clone())
    };
    page.published = sources.iter().map(source).collect();
    if let Some(data) = data {
        for metric in [Metric::Mse, Metric::Mae] {
            page.figures.push(settings(runs, metric)?);
        }
        for metric in [Metric::Mse, Metric::Mae] {
            page.figures.push(digits(runs, metric)?);
        }
        let (images, missing) = images(runs, &data.test)?;
        page.figures.extend(images);
        page.missing = missing;
        for (i, losses) in losses.iter().enumerate() {
            page.figures.push(losses.figure(i + 1)?);
        }
    }
    Ok(page)
}

const CERTIFICATES: &str = "A certificate is a decoder of its own that sees one half of the encoding only, and sends no \
     gradient back into it. What it can't draw, it could not find in its half. So a split by digits \
     shows where each certificate is good on the digits of its own half, and no better than \
     knowing nothing on the other half's.";

const ERRORS: &str = "MAE is the mean over samples and pixels of |x - y|, MSE of (x - y)^2, on the test set, with \
     pixels in [-1, 1]. Decoders are trained by MAE, and one that knows nothing of an image then \
     draws the median image of the training set: its errors are the dashed lines in the pictures by setting and by digit. \
     By MSE the mean image is better still, so a certificate can be somewhat below the line and \
     know nothing; the tables have both, and over a key the dashed line of an MSE is the mean image's.";
