//! The data of a run that is there: found again, and held to what the run has recorded of them.

use std::path::{Path, PathBuf};

use crate::experiment::{Experiment, LoadError};
use crate::inputs::Inputs;
use crate::run::DataRecord;

/// Why the data of a run can't be had again.
#[derive(Debug, thiserror::Error)]
enum DataAgainError {
    #[error(
        "the run's data can't be read from {}, which it has recorded as their place; if they are \
         elsewhere now, say where with --data", place.display()
    )]
    Recorded { place: PathBuf, source: LoadError },
    #[error(
        "the run was trained on another data set: by its records {recorded}, but that is not so in \
         {found}; give the run's data set with --data"
    )]
    Other { recorded: String, found: String },
}

/// The data of the run in the folder `run`, which must be those of its `record`: from `given` if the
/// user named a place, else from where the run had them, or from where they are now if they were
/// moved together with it.
///
/// # Errors
/// When there are none, or others.
pub(crate) fn load_again<E: Experiment>(
    config: &E::Config,
    given: Option<&Path>,
    record: &DataRecord,
    run: &Path,
) -> Result<(E::Data, Inputs), LoadError> {
    let places = given.map_or_else(|| record.places(run), |given| vec![Some(given.to_owned())]);
    let mut first = None;
    for place in places {
        let failure: LoadError = match E::load(config, place.as_deref()) {
            Ok((data, inputs)) => match check(record, &inputs) {
                Ok(()) => return Ok((data, inputs)),
                Err(error) => error.into(),
            },
            Err(source) => match place {
                Some(place) if given.is_none() => DataAgainError::Recorded { place, source }.into(),
                _ => source,
            },
        };
        first.get_or_insert(failure);
    }
    Err(first.expect("there is a place to look at"))
}

fn check(record: &DataRecord, inputs: &Inputs) -> Result<(), DataAgainError> {
    let Some((name, hash)) = record.differs_from(&inputs.sha256) else { return Ok(()) };
    let text = |place: &Option<PathBuf>| {
        place.as_ref().map_or_else(String::new, |place| place.display().to_string())
    };
    let place = text(&record.directory);
    let recorded = match hash {
        Some(hash) => format!("{name} in {place} has SHA-256 {hash}"),
        None => format!("there was no {name} in {place}"),
    };
    Err(DataAgainError::Other { recorded, found: text(&inputs.directory) })
}
