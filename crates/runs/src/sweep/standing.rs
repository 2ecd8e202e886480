//! How far a run of a sweep is, by its folder.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use toml::Table;

use crate::config::{PROBE_EVERY, differing, keys};
use crate::console::quoted;
use crate::program::Program;
use crate::run::{CONFIG, DataRecord, DirectoryError, FileError, Manifest, RunDirectory, saved};

/// How far a run is.
#[derive(Debug)]
pub enum Standing {
    /// There is nothing to go on from.
    Missing,
    /// It can be gone on with.
    Begun {
        /// Steps that are saved.
        steps: u64,
        /// Its data, by the newest record that can be read.
        data: Option<DataRecord>,
    },
    /// It is done.
    Finished(Box<Manifest>),
    /// The folder holds something else, or the run is not what would be made now.
    Foreign(String),
}

/// How many differences are named.
const NAMED: usize = 3;

/// How far the run with the configuration `text` is in the folder `root`. `lengthens` says
/// of two configurations whether a run of the first can go on as one of the second.
///
/// # Errors
/// When what is there can't be read.
pub fn standing(
    root: &Path,
    text: &str,
    lengthens: &dyn Fn(&str, &str) -> bool,
    program: &Program,
) -> Result<Standing, FileError> {
    let to_begin = || match RunDirectory::check_replaceable(root) {
        Ok(()) => Ok(Standing::Missing),
        Err(DirectoryError::Io(error)) => Err(error),
        Err(other) => Ok(Standing::Foreign(other.to_string())),
    };
    let Ok(directory) = RunDirectory::open(root) else { return to_begin() };
    let config = directory.config();
    let found = std::fs::read_to_string(&config).map_err(FileError::of("read", &config))?;
    if let Some(reason) = difference(&found, text, lengthens, root, program) {
        return Ok(Standing::Foreign(reason));
    }
    match Manifest::read(&directory.manifest()) {
        // A run that was being made longer when it ended has another configuration.
        Ok(manifest) if manifest.is_complete() && manifest.require(&directory, CONFIG).is_ok() => {
            return Ok(finished(&directory, manifest, program));
        }
        Ok(_) => {}
        Err(error) if error.source.kind() == ErrorKind::NotFound => {}
        Err(error) => return Ok(Standing::Foreign(format!("{error}: {}", error.source))),
    }
    let saved: Vec<u64> = saved::list(&directory)?
        .into_iter()
        .rev()
        .filter(|&steps| directory.record(steps).exists())
        .collect();
    // It ended before its first checkpoint was whole.
    let Some(&steps) = saved.first() else { return to_begin() };
    let mut records = saved.iter().filter_map(|&steps| saved::read_record(&directory, steps).ok());
    let origin = records.next().map(|record| record.origin);
    if let Some(init) = origin.as_ref().and_then(|origin| origin.init.as_ref()) {
        return Ok(Standing::Foreign(other_weights(init)));
    }
    Ok(Standing::Begun { steps, data: origin.map(|origin| origin.data) })
}

/// A run that has come to its end.
fn finished(directory: &RunDirectory, manifest: Manifest, program: &Program) -> Standing {
    let made = format!("{} {}", manifest.program(), manifest.version);
    let now = format!("{} {}", program.name, program.version);
    if made != now {
        return Standing::Foreign(format!("it was made by {made}, and this is {now}"));
    }
    if let Some(init) = &manifest.init {
        return Standing::Foreign(other_weights(init));
    }
    if !directory.evaluation().is_file() {
        let run = quoted(directory.root());
        return Standing::Foreign(format!(
            "its evaluation.json is gone; `{} evaluate {run}` makes it again",
            program.name
        ));
    }
    Standing::Finished(Box::new(manifest))
}

fn other_weights(init: &Path) -> String {
    format!("it began from the weights in {}", init.display())
}

impl Standing {
    /// The same, if it is of the data with these hashes.
    #[must_use]
    pub fn on_data(self, now: &BTreeMap<String, String>) -> Self {
        let record = match &self {
            Standing::Finished(manifest) => Some(&manifest.data),
            Standing::Begun { data, .. } => data.as_ref(),
            Standing::Missing | Standing::Foreign(_) => None,
        };
        match record.and_then(|record| record.differs_from(now)) {
            None => self,
            Some((file, _)) => Standing::Foreign(format!(
                "it was made on other data: the SHA-256 of {file} is another one"
            )),
        }
    }
}

/// What the configuration that is there has other than the one that is wanted.
fn difference(
    text_found: &str,
    text_wanted: &str,
    lengthens: &dyn Fn(&str, &str) -> bool,
    root: &Path,
    program: &Program,
) -> Option<String> {
    let table = |text: &str| toml::from_str::<Table>(text).ok();
    let Some(found) = table(text_found) else {
        return Some("its config.toml is damaged".to_owned());
    };
    let is_longer = lengthens(text_found, text_wanted);
    let (found, wanted) = (keys(&found), keys(&table(text_wanted)?));
    let differing: Vec<_> =
        differing(&found, &wanted).filter(|(key, ..)| *key != PROBE_EVERY).collect();
    let text = |value: Option<&toml::Value>| {
        value.map_or_else(|| "not there".to_owned(), toml::Value::to_string)
    };
    let named = differing.iter().take(NAMED).map(|(key, found, wanted)| {
        format!("{key} is {}, and {} is wanted", text(*found), text(*wanted))
    });
    let named = named.collect::<Vec<_>>().join("; ");
    match &differing[..] {
        [] => None,
        [(_, _, Some(wanted))] if is_longer => {
            let (program, run) = (program.name, quoted(root));
            Some(format!(
                "{named} (`{program} train --resume {run} --epochs {wanted}` makes a run longer)"
            ))
        }
        all if all.len() > NAMED => Some(format!("{named}; and {} more", all.len() - NAMED)),
        _ => Some(named),
    }
}
