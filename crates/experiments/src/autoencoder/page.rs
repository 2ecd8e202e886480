//! What is shown of a run.

use gradroute_runs::figures::FigureError;
use gradroute_runs::images::{Chosen, Dataset};
use gradroute_runs::{Figure, Page, Verdict};
use gradroute_tape::Real;

use super::config::Config;
use super::error_table::error_table;
use super::evaluation::Results;
use super::figures::{CertificateImages, certificate_sheet, error_bars};
use super::halves::Half;
use super::judge::Gallery;
use super::reading::Reading;

/// Images on a reconstruction sheet.
const IMAGES: usize = 12;

/// Verdict, explanation, error bars, reconstructions and the table of errors. `gallery` gives the
/// reconstructions of the test images that are chosen.
///
/// # Errors
/// When a figure can't be drawn.
pub fn page<T: Real>(
    config: &Config,
    encoding: usize,
    test: &Dataset,
    results: &Results,
    mut gallery: impl FnMut(&Chosen<T>) -> Gallery,
) -> Result<Page, FigureError> {
    let mut figures = vec![Figure::new(
        "errors",
        "Test error of both certificates, digit by digit",
        error_bars(results)?,
    )];
    let halves = &results.halves;
    for shown in Half::BOTH {
        let chosen = Chosen::of(test, shown.digits(halves), IMAGES);
        if chosen.labels.is_empty() {
            continue;
        }
        let images = gallery(&chosen);
        for (sees, reconstructions) in [(Half::Bottom, &images.bottom), (Half::Top, &images.top)] {
            let images = CertificateImages {
                originals: &images.originals,
                reconstructions,
                size: (test.rows(), test.columns()),
                labels: &images.labels,
            };
            let (sees_name, shown_name) = (sees.name(), shown.name());
            figures.push(Figure::new(
                format!("{sees_name}-certificate-on-{shown_name}-digits"),
                format!(
                    "The {sees_name} certificate on digits of the {shown_name} half: test images \
                     above, what it makes of them below"
                ),
                certificate_sheet(sees, shown, halves, encoding, images)?,
            ));
        }
    }
    let reading = Reading { config }.paragraphs();
    Ok(Page {
        verdict: Some(Verdict { text: results.split.verdict.clone(), holds: results.split.holds }),
        reading: reading.map(|(term, text)| (term.to_owned(), text)).to_vec(),
        figures,
        tables: vec![("Test errors".to_owned(), error_table(results))],
    })
}
