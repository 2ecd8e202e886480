//! Training losses beside the logs that others have published.

use std::collections::BTreeSet;

use gradroute_runs::compare::CompareError;
use gradroute_runs::config::config_of;
use gradroute_runs::figures::FigureError;
use gradroute_runs::run::jsonl;
use gradroute_runs::table::{Cell, Column, Section, Table};
use gradroute_runs::{Figure, StepLine, loss_curves};

use super::published::LossMark;
use super::sides::{Runs, RunsOfSetting, published_of};
use crate::autoencoder::config::Config;
use crate::autoencoder::curves::CURVES;

/// The losses of a setting whose preset has a published log.
#[derive(Clone, Debug)]
pub struct SettingLosses {
    /// The setting's name.
    name: String,
    /// Seed and losses of each run that has kept them.
    runs: Vec<(u64, Vec<StepLine>)>,
    /// Label and log of each published run.
    logs: Vec<(&'static str, &'static [LossMark])>,
}

/// Reads the losses of all settings that can stand beside a published log: a
/// step has to be as many samples, of the same training set.
///
/// # Errors
/// When a run's metrics are damaged.
pub fn losses(comparison: &Runs) -> Result<Vec<SettingLosses>, CompareError> {
    let mut found = Vec::new();
    for setting in comparison.settings.iter().filter(|s| has_steps_of_preset(comparison, s)) {
        let logs: Vec<_> = published_of(comparison, setting)
            .into_iter()
            .filter(|result| !result.log.is_empty())
            .map(|result| (result.label.as_str(), result.log.as_slice()))
            .collect();
        if logs.is_empty() {
            continue;
        }
        let mut runs = Vec::new();
        for run in setting.runs.iter().filter(|run| run.directory.metrics().is_file()) {
            let losses: Vec<StepLine> = jsonl::read(&run.directory.metrics())?;
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

fn has_steps_of_preset(runs: &Runs, setting: &RunsOfSetting) -> bool {
    let config = &setting.runs[0].resolved.config;
    config_of::<Config>(runs.presets, &setting.preset).is_ok_and(|of_preset| {
        config.train.batch == of_preset.train.batch && config.data == of_preset.data
    })
}

impl SettingLosses {
    /// The curves of the setting's first run, with the published losses on them.
    pub(super) fn figure(&self, number: usize) -> Result<Figure, FigureError> {
        let (seed, losses) = &self.runs[0];
        let all = || self.logs.iter().flat_map(|(_, log)| log.iter());
        let marks =
            |term: &str| all().filter_map(|mark| Some((mark.step, mark.get(term)?))).collect();
        let labels: Vec<&str> = self.logs.iter().map(|(label, _)| *label).collect();
        let subtitle = format!("{}, seed {seed}; diamonds: {}", self.name, labels.join("; "));
        Ok(Figure {
            name: format!("losses-{number}"),
            caption: format!(
                "Training losses of {}, seed {seed}, on the batch of each step. Diamonds: the \
                 losses that others have logged at that step ({}).",
                self.name,
                labels.join("; ")
            ),
            drawing: loss_curves(CURVES, losses, &marks, &subtitle)?,
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

fn mark(line: &StepLine) -> LossMark {
    let value = |term| line.get(term).map(|value| value as f32);
    LossMark {
        step: line.step,
        total: value("total"),
        decoder: value("decoder"),
        top: value("top"),
        bottom: value("bottom"),
        l1: value("l1"),
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
