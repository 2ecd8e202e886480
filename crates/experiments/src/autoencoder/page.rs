//! What is shown of a run.

use gradroute_runs::figures::FigureError;
use gradroute_runs::images::{Chosen, Dataset};
use gradroute_runs::table::{Cell, Column, Section, Table};
use gradroute_runs::{Figure, Learner, Page, Verdict};
use gradroute_tape::Real;

use super::config::Config;
use super::error_table::error_table;
use super::evaluation::Results;
use super::figures::{
    CertificateImages, certificate_sheet, decoder_rows, encoding_map, error_bars,
};
use super::halves::{CLASSES, Half};
use super::judge::{encoding_sizes, gallery};
use super::network::Network;
use super::probe::{Probe, Probes};
use super::reading::{Reading, drawn_by_the_wrong_half};
use super::rules::drawn;

/// Images on a sheet of a certificate.
const IMAGES: usize = 12;
/// Images beside what the decoder makes of them.
const OF_DECODER: usize = 20;

/// Verdict, explanation, the encoding, errors, reconstructions and the table of errors.
///
/// # Errors
/// When a figure can't be drawn.
pub fn page<T: Real>(
    config: &Config,
    network: &Network,
    learner: &mut Learner<T>,
    test: &Dataset,
    results: &Results,
) -> Result<Page, FigureError> {
    let halves = &results.halves;
    let size = (test.rows(), test.columns());
    let sizes = encoding_sizes(network, learner, test, config.train.batch);
    let all: Vec<u8> = (0..CLASSES as u8).collect();
    let shown = gallery(network, learner, test, &Chosen::of(test, &all, OF_DECODER));
    let mut figures = Vec::new();
    // A model whose weights went beyond all bounds has no encoding to show.
    if sizes.iter().flatten().any(|size| !size.is_nan()) {
        let map = encoding_map(halves, &sizes)?;
        figures.push(Figure::new("encoding", encoding_caption(config), map));
    }
    figures.extend([
        Figure::new(
            "errors",
            "Test error of both certificates, digit by digit",
            error_bars(results)?,
        ),
        Figure::new(
            "reconstructions",
            "Test images above, what the decoder makes of their whole encoding below",
            decoder_rows(&shown, size)?,
        ),
    ]);
    let routed = config.routing.enabled && !is_control(config);
    let wrong = routed.then(|| drawn_by_the_wrong_half(results)).flatten();
    for shown in Half::BOTH {
        let chosen = Chosen::of(test, shown.digits(halves), IMAGES);
        if chosen.labels.is_empty() {
            continue;
        }
        let images = gallery(network, learner, test, &chosen);
        for (sees, reconstructions) in [(Half::Bottom, &images.bottom), (Half::Top, &images.top)] {
            let images = CertificateImages {
                originals: &images.originals,
                reconstructions,
                size,
                labels: &images.labels,
            };
            let (sees_name, shown_name) = (sees.name(), shown.name());
            let mut caption = format!(
                "The {sees_name} certificate on digits of the {shown_name} half: test images \
                 above, what it makes of them below"
            );
            if let Some((_, about)) = wrong.as_ref().filter(|(half, _)| *half == sees)
                && sees != shown
            {
                caption += &format!(". {about}.");
            }
            figures.push(Figure::new(
                format!("{sees_name}-certificate-on-{shown_name}-digits"),
                caption,
                certificate_sheet(sees, shown, halves, network.encoding(), images)?,
            ));
        }
    }
    let reading = Reading { config }.paragraphs();
    Ok(Page {
        verdict: Some(verdict(config, results)),
        reading: reading.map(|(term, text)| (term.to_owned(), text)).to_vec(),
        figures,
        tables: [("Test errors".to_owned(), error_table(results))]
            .into_iter()
            .chain(results.probes.map(|probes| (PROBES.to_owned(), probe_table(probes))))
            .collect(),
    })
}

const PROBES: &str = "Linear probes";

/// The accuracies of the probes.
fn probe_table(probes: Probes) -> Table {
    let column = |name: &str| Column { group: String::new(), name: name.to_owned() };
    let row = |half: Half| {
        let Probe { own, other } = probes.of(half);
        let numbers = [own, other].map(|accuracy| format!("{:.1} %", 100.0 * accuracy));
        [half.name().to_owned()].into_iter().chain(numbers).map(Cell::plain).collect()
    };
    Table {
        caption: "Test accuracy of a linear probe on each half".to_owned(),
        columns: ["half", "own digits", "other digits"].map(column).to_vec(),
        sections: vec![Section { heading: String::new(), rows: Half::BOTH.map(row).to_vec() }],
        notes: vec![
            "Ridge regression of the ten digits on the dims of the half, on the first 10,000 training images."
                .to_owned(),
            "Read it beside an unrouted run: whatever a half holds tells a linear probe something."
                .to_owned(),
        ],
    }
}

/// Whether the digits are split; of a control nothing is hoped for.
fn verdict(config: &Config, results: &Results) -> Verdict {
    let found = &results.split.verdict;
    match is_control(config) {
        true => {
            Verdict { text: format!("A control, its masks drawn by chance. {found}"), holds: None }
        }
        false => {
            let holds = results.judged().then_some(results.split.holds);
            Verdict { text: found.clone(), holds }
        }
    }
}

/// Whether the masks were drawn by chance.
fn is_control(config: &Config) -> bool {
    config.routing.enabled && drawn(&config.routing.rule, config.train.seed).is_some()
}

/// How the heat map is to be read.
fn encoding_caption(config: &Config) -> &'static str {
    if is_control(config) {
        "How much of the encoding each digit uses: a row for each digit, a column for each dim, the \
         fuller the colour the larger the dim is in the mean. The masks of this run were drawn by \
         chance; the frames mark where the digits of each half would belong."
    } else if config.routing.enabled {
        "How much of the encoding each digit uses: a row for each digit, a column for each dim, the \
         fuller the colour the larger the dim is in the mean. A frame marks the half that a digit \
         is assigned to. Where routing works, colour is inside the frames, and the same dims are \
         pale outside of them: each half is used by its own digits. Colour outside says that the \
         half is in use there, not what it holds; that is for the certificates to tell."
    } else {
        "How much of the encoding each digit uses: a row for each digit, a column for each dim, the \
         fuller the colour the larger the dim is in the mean. Nothing was routed in this run; the \
         frames mark where the digits of each half would belong."
    }
}
