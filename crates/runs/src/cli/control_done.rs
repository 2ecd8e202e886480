//! Whether a run's control has come to its end.

use crate::config::{self, Settings};
use crate::experiment::Experiment;
use crate::run::{CONFIG, EVALUATION, Manifest, RunDirectory};

/// The control of a run of these settings, if it has one on the same data that has come to its end
/// and is as it was then.
pub(super) fn done<E: Experiment>(run: &RunDirectory, config: &E::Config) -> Option<RunDirectory> {
    let control = RunDirectory::open(&run.control()).ok()?;
    let manifest = Manifest::read(&control.manifest()).ok()?;
    let whole = |name| manifest.require(&control, name).is_ok();
    let found = config::read::<E::Config>(E::NAME, E::PRESETS, &control.config()).ok()?;
    let of_run = Manifest::read(&run.manifest()).ok()?;
    let is_done = manifest.is_complete()
        && manifest.data.first_difference(&of_run.data).is_none()
        && control.evaluation().is_file()
        && whole(CONFIG)
        && whole(EVALUATION)
        && Some(found.config) == config.control();
    is_done.then_some(control)
}
