//! Training losses beside the logs that others have published.

use std::collections::BTreeSet;

use gradroute_runs::figures::FigureError;
use gradroute_runs::table::{Cell, Column, Section, Table};

use super::{CompareError, CompareFigure, ComparedRun, Comparison, Setting};
use crate::autoencoder::figures::{LossMark, loss_curves_beside};
use crate::presets;
use crate::run::{StepLosses, jsonl};

/// The losses of a setting whose preset has a published log.
#[derive(Clone, Debug)]
pub struct SettingLosses {
    /// The setting's name.
    name: String,
    /// Seed and losses of each run that has kept them.
    runs: Vec<(u64, Vec<StepLosses>)>,
    /// Label and log of each published run.
    logs: Vec<(&'static str, &'static [LossMark])>,
}

/// Reads the losses of all settings that can stand beside a published log: a
/// step has to be as many samples, of the same training set.
///
/// # Errors
/// When a run's metrics are damaged.
pub fn losses(comparison: &Comparison) -> Result<Vec<SettingLosses>, CompareError> {
    let mut found = Vec::new();
    for setting in comparison.settings.iter().filter(|setting| has_steps_of_preset(setting)) {
        let logs: Vec<_> = comparison
            .published(setting)
            .into_iter()
            .filter(|result| !result.log.is_empty())
            .map(|result| (result.label.as_str(), result.log.as_slice()))
            .collect();
        if logs.is_empty() {
            continue;
        }
        let mut runs = Vec::new();
        for run in setting.runs.iter().filter(|run| run.directory.metrics().is_file()) {
            let losses: Vec<StepLosses> = jsonl::read(&run.directory.metrics())?;
            if !losses.is_empty() {
                runs.push((run.seed(), losses));
            }
        }
        if !runs.is_empty() {
            found.push(SettingLosses { name: setting.name.clone(), runs, logs });
        }
    }
    Ok(found)
}

fn has_steps_of_preset(setting: &Setting) -> bool {
    let run: &ComparedRun = &setting.runs[0];
    let (config, of_preset) = match presets::get(&setting.preset) {
        Ok(preset) => (&run.resolved.config, preset.config()),
        Err(_) => return false,
    };
    config.train.batch == of_preset.train.batch && config.data == of_preset.data
}

impl SettingLosses {
    /// The curves of the setting's first run, with the published losses on them.
    pub(super) fn figure(&self, number: usize) -> Result<CompareFigure, FigureError> {
        let (seed, losses) = &self.runs[0];
        let marks: Vec<LossMark> =
            self.logs.iter().flat_map(|(_, log)| log.iter().copied()).collect();
        let labels: Vec<&str> = self.logs.iter().map(|(label, _)| *label).collect();
        let subtitle = format!("{}, seed {seed}; diamonds: {}", self.name, labels.join("; "));
        Ok(CompareFigure {
            file: format!("losses-{number}.png"),
            caption: format!(
                "Training losses of {}, seed {seed}, on the batch of each step. Diamonds: the \
                 losses that others have logged at that step ({}).",
                self.name,
                labels.join("; ")
            ),
            png: loss_curves_beside(losses, &marks, &subtitle)?,
        })
    }

    /// The losses at each step that a run has reached and of which one is
    /// published, run by run.
    pub(super) fn table(&self) -> Table {
        let steps: BTreeSet<u64> =
            self.logs.iter().flat_map(|(_, log)| log.iter().map(|mark| mark.step)).collect();
        let at = |step: u64| {
            let ours = self.runs.iter().filter_map(move |(seed, losses)| {
                let found = losses.binary_search_by_key(&step, |line| line.step).ok()?;
                Some(row(format!("seed {seed}"), mark(&losses[found])))
            });
            let theirs = self.logs.iter().flat_map(move |(label, log)| {
                let same = log.iter().filter(move |mark| mark.step == step);
                same.map(|mark| row((*label).to_owned(), *mark))
            });
            Section { heading: format!("Step {step}"), rows: ours.chain(theirs).collect() }
        };
        let names = ["run", "total", "decoder", "bottom certificate", "top certificate", "L1 term"];
        let column = |name: &str| Column { group: String::new(), name: name.to_owned() };
        let reached = |step: &u64| {
            let mut runs = self.runs.iter();
            runs.any(|(_, losses)| losses.binary_search_by_key(step, |line| line.step).is_ok())
        };
        Table {
            caption: format!("Training losses of {}, on the batch of the step", self.name),
            columns: names.into_iter().map(column).collect(),
            sections: steps.into_iter().filter(reached).map(at).collect(),
            notes: Vec::new(),
        }
    }
}

fn mark(losses: &StepLosses) -> LossMark {
    let StepLosses { step, total, decoder, top, bottom, l1, .. } = *losses;
    LossMark {
        step,
        total: Some(total),
        decoder: Some(decoder),
        top: Some(top),
        bottom: Some(bottom),
        l1: Some(l1),
    }
}

fn row(name: String, mark: LossMark) -> Vec<Cell> {
    let LossMark { total, decoder, top, bottom, l1, .. } = mark;
    let number = |value: Option<f32>, decimals: usize| {
        value.map(|value| format!("{value:.decimals$}")).unwrap_or_default()
    };
    let values =
        [(total, 4), (decoder, 4), (bottom, 4), (top, 4), (l1, 5)].map(|(v, d)| number(v, d));
    std::iter::once(name).chain(values).map(Cell::plain).collect()
}
