//! What the certificates of all settings make of the same test images.

use gradroute_runs::compare::CompareError;
use gradroute_runs::figures::{FigureError, ImageBand, ImageRow, ImageRows};
use gradroute_runs::images::{Chosen, Dataset};
use gradroute_runs::run::checkpoint::Checkpoint;
use gradroute_runs::run::saved::take_weights;
use gradroute_runs::{Figure, Learner, State};
use gradroute_tape::Params;

use super::figures::dashed;
use super::sides::{Runs, RunsOfSetting, halves};
use crate::autoencoder::halves::{Half, Halves};
use crate::autoencoder::judge::{Gallery, gallery};
use crate::autoencoder::network::Network;

/// Test images of each digit on a sheet of reconstructions.
const IMAGES_A_DIGIT: usize = 4;

/// A figure for each certificate, and which settings are not on it and why.
pub(super) fn images(
    runs: &Runs,
    test: &Dataset,
) -> Result<(Vec<Figure>, Vec<String>), CompareError> {
    let halves = halves(runs);
    let chosen = Half::BOTH.map(|half| {
        let digits = half.digits(halves);
        Chosen::of(test, digits, IMAGES_A_DIGIT * digits.len())
    });
    let bands: Vec<(Half, &Chosen<f32>)> = Half::BOTH
        .into_iter()
        .zip(&chosen)
        .filter(|(_, chosen)| !chosen.labels.is_empty())
        .collect();
    let mut missing = Vec::new();
    let mut made: Vec<(&str, Vec<Gallery>)> = Vec::new();
    for setting in &runs.settings {
        match trained(setting, test.pixels())? {
            Some((network, mut learner)) => {
                let images =
                    bands.iter().map(|(_, chosen)| gallery(&network, &mut learner, test, chosen));
                made.push((setting.name.as_str(), images.collect()));
            }
            None => missing.push(format!(
                "No reconstructions of {}: its runs have kept no checkpoint.",
                setting.name
            )),
        }
    }
    if made.is_empty() || bands.is_empty() {
        return Ok((Vec::new(), missing));
    }
    let shown: Vec<Half> = bands.iter().map(|(half, _)| *half).collect();
    let size = (test.rows(), test.columns());
    let sheet = |sees| sheet(sees, halves, &shown, &made, size);
    Ok((vec![sheet(Half::Top)?, sheet(Half::Bottom)?], missing))
}

/// The sheet of the certificate on the half `sees`; each setting has made a
/// gallery of the digits of each half in `shown`.
fn sheet(
    sees: Half,
    halves: &Halves,
    shown: &[Half],
    made: &[(&str, Vec<Gallery>)],
    size: (usize, usize),
) -> Result<Figure, FigureError> {
    let names: Vec<String> = shown
        .iter()
        .map(|shown| {
            let whose = if *shown == sees { "its own digits" } else { "the other half’s digits" };
            format!("On {whose}, {}", dashed(shown.digits(halves)))
        })
        .collect();
    let labels: Vec<Vec<String>> = made[0].1.iter().map(Gallery::names).collect();
    let bands: Vec<ImageBand<'_>> = names
        .iter()
        .enumerate()
        .map(|(i, name)| ImageBand {
            name,
            labels: &labels[i],
            originals: Some(&made[0].1[i].originals),
            rows: made
                .iter()
                .map(|(name, galleries)| ImageRow { name, pixels: drawn(sees, &galleries[i]) })
                .collect(),
        })
        .collect();
    let name = sees.name();
    let title = format!("What the {name} certificate draws");
    let subtitle = format!(
        "It sees the half of digits {} only; the same test images in every row",
        dashed(sees.digits(halves))
    );
    let drawing =
        ImageRows { title: &title, subtitle: &subtitle, bands: &bands, size, scale: (-1.0, 1.0) }
            .draw()?;
    Ok(Figure {
        name: format!("images-{name}-certificate"),
        caption: format!(
            "Test images above what the {name} certificate of each setting makes of them, the \
             first {IMAGES_A_DIGIT} of each digit in the test set, by the run with the lowest seed \
             that has kept its weights."
        ),
        drawing,
    })
}

/// What the certificate on a half has made of the images.
fn drawn(sees: Half, gallery: &Gallery) -> &[f32] {
    match sees {
        Half::Bottom => &gallery.bottom,
        Half::Top => &gallery.top,
    }
}

/// The model of the first run of a setting that has kept its weights.
fn trained(
    setting: &RunsOfSetting,
    pixels: usize,
) -> Result<Option<(Network, Learner)>, CompareError> {
    for run in &setting.runs {
        let file = run.directory.checkpoint(run.manifest.steps);
        if !file.is_file() {
            continue;
        }
        let config = &run.resolved.config;
        let mut params = Params::new();
        let network = Network::new(&mut params, pixels, &config.model, config.train.seed);
        let mut learner = Learner::new(params, config.optimizer.options());
        let show = &mut |state: &mut State<'_>| learner.state("", state);
        take_weights(&Checkpoint::load(&file)?, show)?;
        return Ok(Some((network, learner)));
    }
    Ok(None)
}
