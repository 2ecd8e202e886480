//! The figures of a comparison.

use gradroute_runs::Figure;
use gradroute_runs::figures::{FigureError, Spread};

use super::measure::{Measure, Metric, Shown, Subject, Weighting};
use super::sides::{self, Runs, RunsOfSetting, estimate, published_of};
use crate::autoencoder::digit_list::digit_list;
use crate::autoencoder::figures::{
    DigitErrors, DigitPanel, Digits, OwnHalf, SettingPanel, SettingRow, Settings,
};
use crate::autoencoder::halves::Half;

/// What is drawn as the error without any information, by either metric: all
/// decoders are trained by MAE, so one that knows nothing draws this image.
const FLOOR: Subject = Subject::Median;

fn spread(runs: &Runs, setting: &RunsOfSetting, measure: Measure) -> Spread {
    let estimate = estimate(setting, measure);
    let interval = estimate.interval();
    let published = published_of(runs, setting);
    let references = published.iter().filter_map(|result| Some(result.value(measure)?.value));
    let references = references.collect();
    Spread { mean: estimate.mean, interval, values: estimate.values, references }
}

pub(super) fn settings(runs: &Runs, metric: Metric) -> Result<Figure, FigureError> {
    let shown = |half| Shown::Group(half, Weighting::BySample);
    let of_halves =
        |subject| Half::BOTH.map(|half| Measure { subject, metric, shown: shown(half) });
    let halves = sides::halves(runs);
    let first = &runs.first().evaluation.results;
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
    let rows: Vec<SettingRow<'_>> = runs
        .settings
        .iter()
        .map(|setting| SettingRow {
            name: &setting.name,
            panels: subjects
                .map(|subject| of_halves(subject).map(|m| spread(runs, setting, m)))
                .to_vec(),
        })
        .collect();
    let groups = Half::BOTH.map(|half| format!("on digits {}", dashed(half.digits(halves))));
    let (metric_name, floor) = (metric.name(), FLOOR.name());
    let drawing = Settings {
        title: &format!("What each half of the encoding holds, by {metric_name}"),
        subtitle: "Test errors of decoders that see one half only: low where the half holds the \
                   digits, at the dashed line where it knows nothing of them",
        metric: &format!("test {metric_name}"),
        floor,
        groups: [&groups[0], &groups[1]],
        panels: &panels,
        rows: &rows,
    }
    .draw()?;
    Ok(Figure {
        name: format!("settings-{}", metric_name.to_lowercase()),
        caption: format!(
            "Test {metric_name} of both certificates on the digits of each half, a row for each \
             setting. Dashed: the training set's {floor} in place of a reconstruction. An \
             interval without a cap goes on beyond the chart."
        ),
        drawing,
    })
}

pub(super) fn digits(runs: &Runs, metric: Metric) -> Result<Figure, FigureError> {
    let halves = sides::halves(runs);
    let own = |digit: &u8| match (halves.bottom.contains(digit), halves.top.contains(digit)) {
        (true, _) => OwnHalf::Bottom,
        (_, true) => OwnHalf::Top,
        _ => OwnHalf::Neither,
    };
    let errors = |setting: &RunsOfSetting, digit: u8| {
        let measure = |subject| Measure { subject, metric, shown: Shown::Digit(digit) };
        let of = |subject| spread(runs, setting, measure(subject));
        DigitErrors {
            digit,
            own: own(&digit),
            decoder: of(Subject::Decoder),
            bottom: of(Subject::Bottom),
            top: of(Subject::Top),
            floor: measure(FLOOR).of(&setting.runs[0].evaluation.results),
        }
    };
    let digits = sides::digits(runs);
    let panels: Vec<DigitPanel<'_>> = runs
        .settings
        .iter()
        .map(|setting| DigitPanel {
            name: &setting.name,
            digits: digits.iter().map(|digit| errors(setting, *digit)).collect(),
        })
        .collect();
    let (metric_name, floor) = (metric.name(), FLOOR.name());
    let drawing = Digits {
        title: &format!("Decoder and certificates, digit by digit, by {metric_name}"),
        subtitle: "The line under each digit has the colour of the certificate on its own half",
        metric: metric_name,
        floor,
        panels: &panels,
    }
    .draw()?;
    Ok(Figure {
        name: format!("digits-{}", metric_name.to_lowercase()),
        caption: format!(
            "Test {metric_name} of decoder and certificates for each digit, a panel for each \
             setting. Dashed: the training set's {floor}. An interval without a cap goes on beyond \
             the chart."
        ),
        drawing,
    })
}

/// Digits with the dash that belongs between numbers.
pub(super) fn dashed(digits: &[u8]) -> String {
    digit_list(digits).replace('-', "–")
}
