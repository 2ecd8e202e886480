//! The figures and the report page of a run directory.

use std::fs;

use gradroute_runs::figures::choose_images;

use crate::autoencoder::error_table;
use crate::autoencoder::figures::{
    CertificateImages, Half, certificate_sheet, error_bars, loss_curves,
};
use crate::config::Resolved;
use crate::data::Dataset;
use crate::evaluate::gallery;
use crate::evaluation::Evaluation;
use crate::report::{Reading, Report, ReportFigure};
use crate::run::{FileError, Manifest, RunDirectory, StepLosses, atomic, jsonl};
use crate::train::TrainError;
use crate::trainer::Trainer;

/// Images on a reconstruction sheet.
const IMAGES: usize = 12;

struct Figure {
    file: String,
    caption: String,
    png: Vec<u8>,
}

/// Draws everything that a run shows, from its metrics, its evaluation and its weights: the files
/// in `figures/` and `report.html`. What is there already is replaced. A run that did not end
/// properly has no manifest.
///
/// # Errors
/// When metrics can't be read, figures can't be drawn or files can't be written.
pub fn publish(
    directory: &RunDirectory,
    resolved: &Resolved,
    manifest: Option<&Manifest>,
    evaluation: &Evaluation,
    trainer: &mut Trainer<f32>,
    test: &Dataset,
) -> Result<(), TrainError> {
    let losses: Vec<StepLosses> = jsonl::read(&directory.metrics())?;
    let mut figures = vec![Figure {
        file: "errors.png".into(),
        caption: "Test error of both certificates, digit by digit".into(),
        png: error_bars(evaluation)?,
    }];
    figures.extend(sheets(evaluation, trainer, test)?);
    if !losses.is_empty() {
        figures.push(Figure {
            file: "losses.png".into(),
            caption: "Training losses".into(),
            png: loss_curves(&losses)?,
        });
    }

    let folder = directory.figures();
    fs::create_dir_all(&folder).map_err(FileError::of("create", &folder))?;
    for figure in &figures {
        atomic::write(&folder.join(&figure.file), &figure.png)?;
    }
    let page = page(resolved, manifest, evaluation, &figures);
    atomic::write(&directory.report(), page.as_bytes())?;
    Ok(())
}

/// The reconstruction sheets: each certificate on the digits of each half.
fn sheets(
    evaluation: &Evaluation,
    trainer: &mut Trainer<f32>,
    test: &Dataset,
) -> Result<Vec<Figure>, TrainError> {
    let halves = &evaluation.halves;
    let encoding = trainer.model().encoding();
    let mut figures = Vec::new();
    for shown in Half::BOTH {
        let chosen = choose_images(test.labels(), shown.digits(halves), IMAGES);
        if chosen.is_empty() {
            continue;
        }
        let images = gallery(trainer, test, &chosen);
        for (sees, reconstructions) in [(Half::Bottom, &images.bottom), (Half::Top, &images.top)] {
            let images = CertificateImages {
                originals: &images.originals,
                reconstructions,
                size: (test.rows(), test.columns()),
                labels: &images.labels,
            };
            let (sees_name, shown_name) = (sees.name(), shown.name());
            figures.push(Figure {
                file: format!("{sees_name}-certificate-on-{shown_name}-digits.png"),
                caption: format!(
                    "The {sees_name} certificate on digits of the {shown_name} half: test images \
                     above, what it makes of them below"
                ),
                png: certificate_sheet(sees, shown, halves, encoding, images)?,
            });
        }
    }
    Ok(figures)
}

fn page(
    resolved: &Resolved,
    manifest: Option<&Manifest>,
    evaluation: &Evaluation,
    figures: &[Figure],
) -> String {
    let facts = manifest.map_or_else(
        || vec![("state", "the run did not end properly and left no manifest".to_owned())],
        facts,
    );
    let inlined: Vec<ReportFigure<'_>> =
        figures.iter().map(|f| ReportFigure { caption: &f.caption, png: &f.png }).collect();
    let report = Report {
        title: &format!(
            "gradroute: preset {}, seed {}",
            resolved.preset, resolved.config.train.seed
        ),
        verdict: &evaluation.split.verdict,
        holds: evaluation.split.holds,
        reading: Reading { config: &resolved.config },
        table: &error_table(evaluation),
        figures: &inlined,
        settings: &resolved.to_toml(),
        facts: &facts,
    };
    report.to_html()
}

fn facts(manifest: &Manifest) -> Vec<(&'static str, String)> {
    let interrupted = if manifest.interrupted { ", ended early" } else { "" };
    vec![
        ("steps", format!("{} of {}{interrupted}", manifest.steps, manifest.steps_planned)),
        ("parameters", manifest.parameters.to_string()),
        ("weights SHA-256", manifest.weights_sha256.clone()),
        ("started", manifest.started.clone()),
        ("program", format!("gradroute {}", manifest.version)),
        ("git revision", manifest.git_revision.clone().unwrap_or_else(|| "unknown".into())),
        ("compiler", manifest.compiler.clone()),
        ("processor", manifest.cpu.clone()),
        ("instruction set", manifest.isa.clone()),
        ("threads", manifest.threads.to_string()),
    ]
}
