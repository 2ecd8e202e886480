//! Comparing runs: which setting does what, over how many runs, and beside what
//! others have published.
//!
//! Runs whose configurations differ in the seed only are one *setting*. Each
//! test error is given as the mean over a setting's runs, with a 95 % interval
//! by Student's t over the runs: what another seed would do is the question, so
//! a run counts as one observation, however many images and digits it was
//! judged on.

mod csv;
mod error;
mod figures;
mod images;
mod losses;
mod measure;
mod page;
mod published;
mod run;
mod settings;
mod tables;
mod write;

use std::path::Path;

pub use csv::csv;
pub use error::CompareError;
pub use figures::{CompareFigure, Pictures, draw};
pub use losses::{SettingLosses, losses};
pub use measure::{Measure, Metric, Shown, Subject, Weighting};
pub use page::{html, markdown};
pub use published::{Published, published};
pub use run::ComparedRun;
pub use settings::Setting;
pub use tables::{digit_table, group_table};
pub use write::{Destination, Files};

use crate::evaluation::{CLASSES, Halves};

/// Settings side by side, all on one data set and with the same halves.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The settings, in the order of their presets and within one as given.
    pub settings: Vec<Setting>,
    /// What all settings change in their presets, as `key=value`.
    pub shared_changes: Vec<String>,
}

impl Comparison {
    /// Reads the runs and sorts them into settings.
    ///
    /// # Errors
    /// When a folder holds no finished run, when runs are on different data
    /// sets or split the digits differently, and when one is given twice.
    ///
    /// # Panics
    /// When there is no folder.
    pub fn read<P: AsRef<Path>>(folders: &[P]) -> Result<Self, CompareError> {
        let runs: Result<Vec<_>, _> =
            folders.iter().map(|folder| ComparedRun::read(folder.as_ref())).collect();
        Self::of(runs?)
    }

    /// Sorts runs into settings.
    ///
    /// # Errors
    /// As [`Comparison::read`].
    ///
    /// # Panics
    /// When there is no run.
    pub fn of(runs: Vec<ComparedRun>) -> Result<Self, CompareError> {
        let (first, others) = runs.split_first().expect("a comparison needs a run");
        others.iter().try_for_each(|other| first.check_comparable(other))?;
        let (settings, shared_changes) = settings::group(runs)?;
        Ok(Self { settings, shared_changes })
    }

    /// Which digits belong to which half, the same in all runs.
    pub fn halves(&self) -> &Halves {
        &self.first().evaluation.halves
    }

    /// The digits that the test set shows: those of the bottom half, of the top
    /// half, of neither.
    pub fn digits(&self) -> Vec<u8> {
        let Halves { bottom, top } = self.halves();
        let neither = (0..CLASSES as u8).filter(|d| !bottom.contains(d) && !top.contains(d));
        let mut digits: Vec<u8> = bottom.iter().chain(top).copied().chain(neither).collect();
        digits.retain(|digit| self.first().evaluation.counts[usize::from(*digit)] > 0);
        digits
    }

    /// What others have published of a setting's preset; nothing where the
    /// runs are on another data set or split the digits differently.
    pub fn published(&self, setting: &Setting) -> Vec<&'static Published> {
        let first = self.first();
        let same = first.manifest.data.canonical_mnist && *self.halves() == Halves::default();
        let of_preset = |result: &&Published| same && result.preset == setting.preset;
        published().iter().filter(of_preset).collect()
    }

    fn first(&self) -> &ComparedRun {
        &self.settings[0].runs[0]
    }
}

#[cfg(test)]
mod tests;
