//! Measures over runs. They are found by their names, as not every run has the same ones.

use super::settings::{Comparison, Setting};
use crate::config::Settings;
use crate::evaluation::Measure;
use crate::statistics::Estimate;

/// A measure over those runs of a setting that have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Mean and interval.
    pub estimate: Estimate,
    /// How many runs have it.
    pub runs: usize,
    /// What knowing nothing would give.
    pub floor: Option<f64>,
}

impl<C: Settings, R> Comparison<C, R> {
    /// The measures that any run has, in the order in which they first come, each as its first run
    /// has it.
    pub fn all_measures(&self) -> Vec<Measure> {
        let mut all: Vec<Measure> = Vec::new();
        for run in self.settings.iter().flat_map(|setting| &setting.runs) {
            for measure in self.measures_of(run) {
                if all.iter().all(|other| other.name != measure.name) {
                    all.push(measure);
                }
            }
        }
        all
    }

    /// The measure of this name over the runs of a setting; `None` if none has it.
    pub fn measured(&self, setting: &Setting<C, R>, name: &str) -> Option<Measured> {
        let of_name = |run| self.measures_of(run).into_iter().find(|found| found.name == name);
        let found: Vec<Measure> = setting.runs.iter().filter_map(of_name).collect();
        let floor = found.first()?.floor;
        let estimate = Estimate::over_runs(found.iter().map(|measure| measure.value).collect());
        Some(Measured { estimate, runs: found.len(), floor })
    }
}
