//! The figures of a comparison.

use gradroute_runs::figures::{FigureError, Spread};

use super::{
    CompareError, Comparison, Measure, Metric, Setting, SettingLosses, Shown, Subject, Weighting,
    images,
};
use crate::autoencoder::digit_list;
use crate::autoencoder::figures::{
    DigitErrors, DigitPanel, Digits, Half, OwnHalf, SettingPanel, SettingRow, Settings,
};
use crate::data::Dataset;

/// What is drawn as the error without any information, by either metric: all
/// decoders are trained by MAE, so one that knows nothing draws this image.
const FLOOR: Subject = Subject::Median;

/// A figure of a comparison.
#[derive(Clone, Debug)]
pub struct CompareFigure {
    /// File name, without folder.
    pub file: String,
    /// What it shows, in a sentence or two.
    pub caption: String,
    /// Bytes of the PNG file.
    pub png: Vec<u8>,
}

/// The figures and, in words, which ones are not there and why.
#[derive(Clone, Debug)]
pub struct Pictures {
    /// The figures, in the order in which they should be seen.
    pub figures: Vec<CompareFigure>,
    /// What could not be drawn, a sentence each.
    pub missing: Vec<String>,
}

/// Draws all figures: settings side by side, digit by digit, what the
/// certificates make of the same test images, and losses beside published ones.
/// Images need the weights of a run;
/// a setting of which none has kept its own is left out of them.
///
/// # Errors
/// When a checkpoint is damaged or a figure can't be drawn.
pub fn draw(
    comparison: &Comparison,
    losses: &[SettingLosses],
    test: &Dataset,
) -> Result<Pictures, CompareError> {
    let mut figures = Vec::new();
    for metric in [Metric::Mse, Metric::Mae] {
        figures.push(settings(comparison, metric)?);
    }
    for metric in [Metric::Mse, Metric::Mae] {
        figures.push(digits(comparison, metric)?);
    }
    let (images, missing) = images::images(comparison, test)?;
    figures.extend(images);
    for (i, losses) in losses.iter().enumerate() {
        figures.push(losses.figure(i + 1)?);
    }
    Ok(Pictures { figures, missing })
}

fn spread(comparison: &Comparison, setting: &Setting, measure: Measure) -> Spread {
    let estimate = setting.estimate(measure);
    let interval = estimate.interval();
    let published = comparison.published(setting);
    let references = published.iter().filter_map(|result| Some(result.value(measure)?.value));
    let references = references.collect();
    Spread { mean: estimate.mean, interval, values: estimate.values, references }
}

fn settings(comparison: &Comparison, metric: Metric) -> Result<CompareFigure, FigureError> {
    let shown = |half| Shown::Group(half, Weighting::BySample);
    let of_halves =
        |subject| Half::BOTH.map(|half| Measure { subject, metric, shown: shown(half) });
    let halves = comparison.halves();
    let first = &comparison.settings[0].runs[0].evaluation;
    let names = Subject::MODELS.map(|subject| match subject {
        Subject::Top => format!("top certificate: the half of {}", dashed(&halves.top)),
        Subject::Bottom => format!("bottom certificate: the half of {}", dashed(&halves.bottom)),
        _ => subject.name().to_owned(),
    });
    let subjects = [Subject::Top, Subject::Bottom];
    let panels: Vec<SettingPanel<'_>> = names
        .iter()
        .zip(subjects)
        .map(|(name, _)| SettingPanel {
            name,
            floors: of_halves(FLOOR).map(|measure| measure.of(first)),
        })
        .collect();
    let rows: Vec<SettingRow<'_>> = comparison
        .settings
        .iter()
        .map(|setting| SettingRow {
            name: &setting.name,
            panels: subjects
                .map(|subject| of_halves(subject).map(|m| spread(comparison, setting, m)))
                .to_vec(),
        })
        .collect();
    let groups = Half::BOTH.map(|half| format!("on digits {}", dashed(half.digits(halves))));
    let (metric_name, floor) = (metric.name(), FLOOR.name());
    let png = Settings {
        title: &format!("What each half of the encoding holds, by {metric_name}"),
        subtitle: "Test errors of decoders that see one half only: low where the half holds the \
                   digits, at the dashed line where it knows nothing of them",
        metric: &format!("test {metric_name}"),
        floor,
        groups: [&groups[0], &groups[1]],
        panels: &panels,
        rows: &rows,
    }
    .png()?;
    Ok(CompareFigure {
        file: format!("settings-{}.png", metric_name.to_lowercase()),
        caption: format!(
            "Test {metric_name} of both certificates on the digits of each half, a row for each \
             setting. Dashed: the training set's {floor} in place of a reconstruction. An \
             interval without a cap goes on beyond the chart."
        ),
        png,
    })
}

fn digits(comparison: &Comparison, metric: Metric) -> Result<CompareFigure, FigureError> {
    let halves = comparison.halves();
    let own = |digit: &u8| match (halves.bottom.contains(digit), halves.top.contains(digit)) {
        (true, _) => OwnHalf::Bottom,
        (_, true) => OwnHalf::Top,
        _ => OwnHalf::Neither,
    };
    let errors = |setting: &Setting, digit: u8| {
        let measure = |subject| Measure { subject, metric, shown: Shown::Digit(digit) };
        let of = |subject| spread(comparison, setting, measure(subject));
        DigitErrors {
            digit,
            own: own(&digit),
            decoder: of(Subject::Decoder),
            bottom: of(Subject::Bottom),
            top: of(Subject::Top),
            floor: measure(FLOOR).of(&setting.runs[0].evaluation),
        }
    };
    let digits = comparison.digits();
    let panels: Vec<DigitPanel<'_>> = comparison
        .settings
        .iter()
        .map(|setting| DigitPanel {
            name: &setting.name,
            digits: digits.iter().map(|digit| errors(setting, *digit)).collect(),
        })
        .collect();
    let (metric_name, floor) = (metric.name(), FLOOR.name());
    let png = Digits {
        title: &format!("Decoder and certificates, digit by digit, by {metric_name}"),
        subtitle: "The line under each digit has the colour of the certificate on its own half",
        metric: metric_name,
        floor,
        panels: &panels,
    }
    .png()?;
    Ok(CompareFigure {
        file: format!("digits-{}.png", metric_name.to_lowercase()),
        caption: format!(
            "Test {metric_name} of decoder and certificates for each digit, a panel for each \
             setting. Dashed: the training set's {floor}. An interval without a cap goes on beyond \
             the chart."
        ),
        png,
    })
}

/// Digits with the dash that belongs between numbers.
pub(super) fn dashed(digits: &[u8]) -> String {
    digit_list(digits).replace('-', "–")
}
