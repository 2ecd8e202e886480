//! The figures of a run, from its evaluation and its metrics.

use gradroute_runs::figures::{Color, Curve, Curves, FigureError, Panel, Sheet};
use serde::Deserialize;

use super::bars::{Bars, DigitBars, OwnHalf};
use crate::autoencoder::digit_list::digit_list;
use crate::autoencoder::palette::{BOTTOM, CORRELATION, DECODER, L1, OVERLAP, TOP};
use crate::evaluation::{CLASSES, Evaluation, Halves};
use crate::run::StepLosses;

/// One half of the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The first half of the dims.
    Bottom,
    /// The second half of the dims.
    Top,
}

impl Half {
    /// Both halves.
    pub const BOTH: [Half; 2] = [Half::Bottom, Half::Top];

    /// "bottom" or "top".
    pub fn name(self) -> &'static str {
        match self {
            Half::Bottom => "bottom",
            Half::Top => "top",
        }
    }

    /// The digits that are assigned to this half.
    pub fn digits(self, halves: &Halves) -> &[u8] {
        match self {
            Half::Bottom => &halves.bottom,
            Half::Top => &halves.top,
        }
    }
}

/// The bar chart of both certificates' test MAE per digit, as PNG: digits of the bottom half,
/// then of the top half, then of neither, without those that have no test samples.
///
/// # Errors
/// If no digit has test samples.
pub fn error_bars(evaluation: &Evaluation) -> Result<Vec<u8>, FigureError> {
    let Halves { bottom, top } = &evaluation.halves;
    let own = |digit: u8| match (bottom.contains(&digit), top.contains(&digit)) {
        (true, _) => OwnHalf::Bottom,
        (_, true) => OwnHalf::Top,
        _ => OwnHalf::Neither,
    };
    let of_half = |half| (0..CLASSES as u8).filter(move |d| own(*d) == half);
    let digits: Vec<DigitBars> = [OwnHalf::Bottom, OwnHalf::Top, OwnHalf::Neither]
        .into_iter()
        .flat_map(of_half)
        .filter(|digit| evaluation.counts[usize::from(*digit)] > 0)
        .map(|digit| DigitBars {
            digit,
            own: own(digit),
            bottom: evaluation.bottom.mae[usize::from(digit)],
            top: evaluation.top.mae[usize::from(digit)],
            floor: evaluation.floors.median.mae[usize::from(digit)],
        })
        .collect();
    let bars = Bars {
        title: "Test error of both certificates, digit by digit",
        subtitle: "Each certificate sees one half of the encoding only",
        metric: "test MAE",
        floor: "median image",
        digits: &digits,
    };
    bars.png()
}

/// The loss curves of a run, as PNG: total, decoder and both certificates in one panel, the
/// decoder's terms in the next, the penalties of the encoding in the last. Terms that the
/// objective does not have, or that are 0 throughout, are not shown.
///
/// # Errors
/// If there are no steps or they don't ascend.
pub fn loss_curves(losses: &[StepLosses]) -> Result<Vec<u8>, FigureError> {
    loss_curves_beside(losses, &[], "On the batch of each step, before its update")
}

/// Losses of others at one step of the same training; what they don't give is
/// not there.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossMark {
    /// The step, from 0.
    pub step: u64,
    /// The total.
    pub total: Option<f32>,
    /// Mean absolute error of the decoder.
    pub decoder: Option<f32>,
    /// Mean absolute error of the top certificate.
    pub top: Option<f32>,
    /// Mean absolute error of the bottom certificate.
    pub bottom: Option<f32>,
    /// The L1 term, weight included.
    pub l1: Option<f32>,
}

/// The same as [`loss_curves`], with a line of explanation of one's own and the
/// losses of others marked on the curves.
///
/// # Errors
/// If there are no steps or they don't ascend.
pub fn loss_curves_beside(
    losses: &[StepLosses],
    marks: &[LossMark],
    subtitle: &str,
) -> Result<Vec<u8>, FigureError> {
    let steps: Vec<u64> = losses.iter().map(|step| step.step).collect();
    let curve = |name, color, value: fn(&StepLosses) -> f32, mark: fn(&LossMark) -> Option<f32>| {
        let marks = marks.iter().filter_map(|at| Some((at.step, mark(at)?))).collect();
        Curve { name, color, values: losses.iter().map(value).collect(), marks }
    };
    let own = |name, color, value: fn(&StepLosses) -> Option<f32>| {
        let values = losses.iter().map(|step| value(step).unwrap_or(0.0)).collect();
        Curve { name, color, values, marks: Vec::new() }
    };
    let there = |curve: &Curve<'_>| curve.values.iter().any(|value| *value != 0.0);
    let mut panels = vec![
        Panel {
            name: "total loss, and the mean absolute errors in it",
            height: 1.9,
            curves: vec![
                curve("total", Color::INK, |s| s.total, |m| m.total),
                curve("decoder", DECODER, |s| s.decoder, |m| m.decoder),
                curve("bottom certificate", BOTTOM, |s| s.bottom, |m| m.bottom),
                curve("top certificate", TOP, |s| s.top, |m| m.top),
            ],
        },
        Panel {
            name: "decoder: good on the top half’s digits, good_bad and bad on the bottom half’s",
            height: 1.2,
            curves: vec![
                own("good", TOP, |s| s.good),
                own("good_bad", OVERLAP, |s| s.good_bad),
                own("bad", BOTTOM, |s| s.bad),
            ],
        },
        Panel {
            name: "penalties of the encoding, as they stand in the total",
            height: 1.0,
            curves: vec![
                curve("L1 term", L1, |s| s.l1, |m| m.l1),
                own("correlation", CORRELATION, |s| s.correlation),
            ],
        },
    ];
    panels[1..].iter_mut().for_each(|panel| panel.curves.retain(there));
    panels.retain(|panel| !panel.curves.is_empty());
    let curves = Curves { title: "Training losses", subtitle, steps: &steps, panels: &panels };
    curves.png()
}

/// Test images and what a certificate makes of them.
#[derive(Clone, Copy, Debug)]
pub struct CertificateImages<'a> {
    /// Pixels in [-1, 1], `[images, rows, cols]`, row-major.
    pub originals: &'a [f32],
    /// The certificate's reconstructions, in the same order and shape.
    pub reconstructions: &'a [f32],
    /// Height and width of an image in pixels.
    pub size: (usize, usize),
    /// Label of each image.
    pub labels: &'a [u8],
}

/// The sheet of the certificate on the half `sees`, for test images of the digits of the half
/// `shown`, as PNG. `encoding` is the number of dims of the whole encoding.
///
/// # Errors
/// As [`Sheet::png`].
pub fn certificate_sheet(
    sees: Half,
    shown: Half,
    halves: &Halves,
    encoding: usize,
    images: CertificateImages<'_>,
) -> Result<Vec<u8>, FigureError> {
    let dashed = |digits: &[u8]| digit_list(digits).replace('-', "–");
    let owner = dashed(sees.digits(halves));
    let (first, end) = match sees {
        Half::Bottom => (0, encoding / 2),
        Half::Top => (encoding / 2, encoding),
    };
    let whose = if sees == shown { "its own digits" } else { "the other half’s digits" };
    let name = format!("{} certificate", sees.name());
    let title = format!(
        "{}{} on {whose}, {}",
        name[..1].to_uppercase(),
        &name[1..],
        dashed(shown.digits(halves))
    );
    let last = end.saturating_sub(1);
    let subtitle = format!(
        "It sees dims {first}–{last} of the encoding only, the half assigned to digits {owner}"
    );
    let sheet = Sheet {
        title: &title,
        subtitle: &subtitle,
        reconstruction: &name,
        originals: images.originals,
        reconstructions: images.reconstructions,
        rows: images.size.0,
        cols: images.size.1,
        label_name: "digit",
        labels: images.labels,
    };
    sheet.png()
}
