//! How far a run of a sweep is, by its folder.

use std::collections::BTreeMap;
use std::path::Path;

use toml::Table;

use crate::config::{differing, keys};
use crate::program::Program;
use crate::run::{DirectoryError, FileError, Manifest, RunDirectory, saved};

/// How far a run is.
#[derive(Debug)]
pub enum Standing {
    /// There is nothing to go on from.
    Missing,
    /// It can be gone on with.
    Begun {
        /// Steps that are saved.
        steps: u64,
    },
    /// It is done.
    Finished(Box<Manifest>),
    /// The folder holds something else, or the run is not what would be made now.
    Foreign(String),
}

/// How many differences are named.
const NAMED: usize = 3;

/// How far the run with the configuration `text` is in the folder `root`. `length_key` is the key
/// that makes a run longer.
///
/// # Errors
/// When what is there can't be read.
pub fn standing(
    root: &Path,
    text: &str,
    length_key: Option<&str>,
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
    if let Some(reason) = difference(&found, text, length_key, root, program) {
        return Ok(Standing::Foreign(reason));
    }
    if let Ok(manifest) = Manifest::read(&directory.manifest())
        && manifest.is_complete()
    {
        let made = format!("{} {}", manifest.program(), manifest.version);
        let now = format!("{} {}", program.name, program.version);
        return Ok(match made == now {
            true => Standing::Finished(Box::new(manifest)),
            false => Standing::Foreign(format!("it was made by {made}, and this is {now}")),
        });
    }
    let mut saved = saved::list(&directory)?.into_iter().rev();
    match saved.find(|&steps| directory.record(steps).exists()) {
        Some(steps) => Ok(Standing::Begun { steps }),
        // It ended before its first checkpoint was whole.
        None => to_begin(),
    }
}

/// Why a finished run is not of the data with these hashes.
pub fn other_data(manifest: &Manifest, now: &BTreeMap<String, String>) -> Option<String> {
    let (file, _) = manifest.data.differs_from(now)?;
    Some(format!("it was made on other data: the SHA-256 of {file} is another one"))
}

/// What the configuration that is there has other than the one that is wanted.
fn difference(
    found: &str,
    wanted: &str,
    length_key: Option<&str>,
    root: &Path,
    program: &Program,
) -> Option<String> {
    let table = |text: &str| toml::from_str::<Table>(text).ok();
    let Some(found) = table(found) else {
        return Some("its config.toml is damaged".to_owned());
    };
    let (found, wanted) = (keys(&found), keys(&table(wanted)?));
    let differing: Vec<_> = differing(&found, &wanted).collect();
    let text = |value: Option<&toml::Value>| {
        value.map_or_else(|| "not there".to_owned(), toml::Value::to_string)
    };
    let named = differing.iter().take(NAMED).map(|(key, found, wanted)| {
        format!("{key} is {}, and {} is wanted", text(*found), text(*wanted))
    });
    let named = named.collect::<Vec<_>>().join("; ");
    match &differing[..] {
        [] => None,
        [(key, _, Some(wanted))] if Some(key.as_str()) == length_key => Some(format!(
            "{named} (`{} train --resume {} --epochs {wanted}` makes a run longer)",
            program.name,
            root.display()
        )),
        all if all.len() > NAMED => Some(format!("{named}; and {} more", all.len() - NAMED)),
        _ => Some(named),
    }
}
