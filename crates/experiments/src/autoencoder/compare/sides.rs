//! What all runs of a comparison share, and what stands beside them.

use gradroute_runs::compare::{CompareError, Comparison, Setting};

use super::measure::{Measure, Subject};
use super::published::{Published, published};
use crate::autoencoder::config::Config;
use crate::autoencoder::digit_list::digit_list;
use crate::autoencoder::evaluation::Results;
use crate::autoencoder::halves::{CLASSES, Halves};
use gradroute_runs::statistics::Estimate;

/// Runs of autoencoders side by side.
pub type Runs = Comparison<Config, Results>;
/// Runs that differ in their seed only.
pub type RunsOfSetting = Setting<Config, Results>;

/// Refuses runs that split the digits in different ways.
pub(super) fn check_halves(runs: &Runs) -> Result<(), CompareError> {
    let first = runs.first();
    let all = runs.settings.iter().flat_map(|setting| &setting.runs);
    for second in all {
        let of = |halves: &Halves| {
            let [bottom, top] = [&halves.bottom, &halves.top].map(|digits| digit_list(digits));
            format!("{bottom} (bottom) and {top} (top)")
        };
        let [ours, theirs] = [first, second].map(|run| &run.evaluation.results.halves);
        if ours != theirs {
            return Err(CompareError::Different {
                first: first.folder().to_owned(),
                second: second.folder().to_owned(),
                reason: format!(
                    "the first splits the digits into {}, the second into {}; errors on a half's \
                     digits would not be of the same digits, so compare runs of one split at a \
                     time",
                    of(ours),
                    of(theirs)
                ),
            });
        }
    }
    Ok(())
}

/// Which digits belong to which half, the same in all runs.
pub(super) fn halves(runs: &Runs) -> &Halves {
    &runs.first().evaluation.results.halves
}

/// The digits that the test set shows: those of the bottom half, of the top half, of neither.
pub(super) fn digits(runs: &Runs) -> Vec<u8> {
    let Halves { bottom, top } = halves(runs);
    let neither = (0..CLASSES as u8).filter(|d| !bottom.contains(d) && !top.contains(d));
    let mut digits: Vec<u8> = bottom.iter().chain(top).copied().chain(neither).collect();
    let counts = &runs.first().evaluation.results.counts;
    digits.retain(|digit| counts[usize::from(*digit)] > 0);
    digits
}

/// What others have published of a setting's preset; nothing where the runs are on another data set
/// or split the digits differently.
pub(super) fn published_of(runs: &Runs, setting: &RunsOfSetting) -> Vec<&'static Published> {
    let same = runs.first().manifest.data.canonical && *halves(runs) == Halves::default();
    let of_preset = |result: &&Published| same && result.preset == setting.preset;
    published().iter().filter(of_preset).collect()
}

/// Whether all runs of a setting have what is judged. All but second decoders are in every one, and
/// the first version of this program did not judge those.
pub(super) fn has(setting: &RunsOfSetting, subject: Subject) -> bool {
    setting.runs.iter().all(|run| subject.errors(&run.evaluation.results).is_some())
}

/// The settings that have what is judged.
pub(super) fn settings_with(runs: &Runs, subject: Subject) -> impl Iterator<Item = &RunsOfSetting> {
    runs.settings.iter().filter(move |setting| has(setting, subject))
}

/// An error over the runs of a setting.
pub(super) fn estimate(setting: &RunsOfSetting, measure: Measure) -> Estimate {
    setting.estimate(|evaluation| measure.of(&evaluation.results))
}
