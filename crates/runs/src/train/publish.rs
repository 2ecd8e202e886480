//! The figures and the report page of a run directory.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::TrainError;
use super::teaching::teaching;
use crate::config::{Change, Resolved, Settings, changes};
use crate::curves::loss_curves;
use crate::evaluation::{Evaluation, Measure};
use crate::experiment::Experiment;
use crate::figures::FigureError;
use crate::flow::{self, FlowLine};
use crate::page::{Figure, Page};
use crate::report::Report;
use crate::run::{FIGURES, FileError, Manifest, REPORT, RunDirectory, atomic, jsonl};
use crate::step::StepLine;
use crate::table::{Cell, Column, Section, Table};

/// A run that is to be shown.
pub struct Published<'a, E: Experiment> {
    /// Where it is.
    pub directory: &'a RunDirectory,
    /// The folder that is written to, the run's or another.
    pub to: &'a Path,
    /// Its configuration.
    pub resolved: &'a Resolved<E::Config>,
    /// What made it; a run that did not end properly has no manifest.
    pub manifest: Option<&'a Manifest>,
    /// How many of its steps are shown: those before its last checkpoint.
    pub steps: u64,
    /// How it was judged.
    pub evaluation: &'a Evaluation<E::Results>,
    /// What is shown of its control, to stand beside it.
    pub control: Option<&'a Page>,
}

/// Draws everything that a run shows, from its metrics, its evaluation and its state: the files in
/// `figures/` and `report.html`, which are returned beside the page. What is there already is
/// replaced.
///
/// # Errors
/// When metrics can't be read, figures can't be drawn or files can't be written.
pub fn publish<E: Experiment>(
    run: Published<'_, E>,
    experiment: &mut E,
    data: &E::Data,
) -> Result<(Page, Vec<PathBuf>), TrainError> {
    let Published { directory, to, resolved, manifest, steps, evaluation, control } = run;
    let page = page_of(directory, &resolved.config, steps, evaluation, experiment, data)?;
    let folder = to.join(FIGURES);
    fs::create_dir_all(&folder).map_err(FileError::of("create", &folder))?;
    let mut written = vec![to.join(REPORT)];
    for figure in &page.figures {
        for (name, content) in figure.files()? {
            let file = folder.join(name);
            atomic::write(&file, &content)?;
            written.push(file);
        }
    }
    let facts = manifest.map_or_else(
        || vec![("state", "the run did not end properly and left no manifest".to_owned())],
        facts,
    );
    let seed = resolved.config.seed();
    let program = manifest.map_or(E::NAME, Manifest::program);
    let mut changes = changes(E::PRESETS, resolved);
    changes.extend(manifest.and_then(Manifest::other_weights));
    let mut origin = vec![("preset", resolved.preset.clone()), ("seed", seed.to_string())];
    origin.extend(changes.iter().map(|Change { key, value, preset }| {
        (key.as_str(), format!("{value} instead of {preset}"))
    }));
    let changed = match changes.len() {
        0 => String::new(),
        1 => " with a change".to_owned(),
        more => format!(" with {more} changes"),
    };
    let report = Report {
        title: &format!("{program}: preset {}{changed}, seed {seed}", resolved.preset),
        origin: &origin,
        page: &page,
        control,
        settings: &resolved.to_toml(),
        facts: &facts,
    };
    atomic::write(&to.join(REPORT), report.to_html().as_bytes())?;
    Ok((page, written))
}

/// Everything that is shown of a run: what the experiment shows, the losses of the run's first
/// `steps` steps, and who teaches what in the last of them.
///
/// # Errors
/// When metrics can't be read, or figures can't be drawn.
pub fn page_of<E: Experiment>(
    directory: &RunDirectory,
    config: &E::Config,
    steps: u64,
    evaluation: &Evaluation<E::Results>,
    experiment: &mut E,
    data: &E::Data,
) -> Result<Page, TrainError> {
    let mut lines: Vec<StepLine> = jsonl::read(&directory.metrics())?;
    lines.retain(|line| line.step < steps);
    let mut page = shown(experiment, data, evaluation)?;
    if !lines.is_empty() {
        let subtitle = "On the batch of each step, before its update";
        let drawing = loss_curves(E::CURVES, &lines, &|_| Vec::new(), subtitle)?;
        page.figures.push(Figure::new("losses", "Training losses", drawing));
    }
    if directory.flow().is_file() {
        let mut lines: Vec<FlowLine> = jsonl::read(&directory.flow())?;
        lines.retain(|line| line.step < steps);
        page.figures.extend(flow::figures(&lines)?);
    }
    page.figures.extend(teaching(config, steps, experiment, data));
    Ok(page)
}

/// What the experiment shows, with the table of its measures if it has none of its own.
///
/// # Errors
/// When a figure can't be drawn.
pub(crate) fn shown<E: Experiment>(
    experiment: &mut E,
    data: &E::Data,
    evaluation: &Evaluation<E::Results>,
) -> Result<Page, FigureError> {
    let mut page = experiment.page(data, evaluation)?;
    if page.tables.is_empty() {
        let measures = E::measures(&evaluation.results, &evaluation.earlier);
        page.tables.push(("Measures".to_owned(), measure_table(&measures)));
    }
    Ok(page)
}

/// The measures of a run beside their floors.
fn measure_table(measures: &[Measure]) -> Table {
    let column = |name: String| Column { group: String::new(), name };
    let number = |value: f64| format!("{value:.4}");
    let has_floor = measures.iter().any(|measure| measure.floor.is_some());
    let floors = |text: String| has_floor.then_some(text);
    let row = |measure: &Measure| {
        let floor = floors(measure.floor.map(number).unwrap_or_default());
        let cells = [measure.name.clone(), number(measure.value)].into_iter().chain(floor);
        cells.chain([measure.about.clone()]).map(Cell::plain).collect()
    };
    let knowing_nothing = floors("knowing nothing".to_owned());
    let names = ["measure", "value"].map(str::to_owned).into_iter().chain(knowing_nothing);
    Table {
        caption: "What the run achieved".to_owned(),
        columns: names.chain(["what it is".to_owned()]).map(column).collect(),
        sections: vec![Section {
            heading: String::new(),
            rows: measures.iter().map(row).collect(),
        }],
        notes: Vec::new(),
    }
}

fn facts(manifest: &Manifest) -> Vec<(&'static str, String)> {
    let interrupted = if manifest.interrupted { ", ended early" } else { "" };
    let mut facts = vec![
        ("steps", format!("{} of {}{interrupted}", manifest.steps, manifest.steps_planned)),
        ("parameters", manifest.parameters.to_string()),
        ("weights SHA-256", manifest.weights_sha256.clone()),
        ("started", manifest.started.clone()),
        ("program", format!("{} {}", manifest.program(), manifest.version)),
        ("git revision", manifest.git_revision.clone().unwrap_or_else(|| "unknown".into())),
        ("compiler", manifest.compiler.clone()),
        ("processor", manifest.cpu.clone()),
        ("instruction set", manifest.isa.clone()),
        ("threads", manifest.threads.to_string()),
    ];
    if let Some(experiment) = &manifest.experiment {
        facts.insert(0, ("experiment", experiment.clone()));
    }
    facts
}
