//! What a sweep file says.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::error::SweepError;
use crate::config::{ConfigError, FileLayer, nearest};

/// Keys of a sweep file.
const KEYS: [&str; 8] =
    ["experiment", "preset", "description", "out", "seeds", "set", "grid", "runs"];

/// The key by which a run's seed is set.
pub(super) const SEED: &str = "train.seed";

/// The name under which the preset itself is swept.
pub(super) const PRESET: &str = "preset";

/// Keys of a configuration with a value each.
pub(super) type Keys = Vec<(String, Value)>;

/// A sweep file: which runs are wanted, and where.
///
/// Each row of the list is combined with each cell of the grid and with each seed.
///
/// ```
/// use gradroute_runs::sweep::{SweepError, SweepFile};
///
/// let text = "preset = \"quick\"\nseeds = [0, 1]\n[grid]\n\"model.encoding\" = [8, 16]\n";
/// let runs = SweepFile::parse(text, "sizes.toml")?.wanted()?;
/// assert_eq!(runs.len(), 4);
/// assert_eq!(runs[3].name, "encoding=16,seed=1");
/// # Ok::<(), SweepError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SweepFile {
    /// The file, as errors name it.
    pub origin: String,
    /// The text of it.
    pub text: String,
    /// What it is for.
    pub description: Option<String>,
    /// The experiment, where it is said.
    pub experiment: Option<String>,
    /// The preset that all runs start from, if they start from one.
    pub preset: Option<String>,
    /// The folder of the sweep.
    pub out: Option<PathBuf>,
    /// The seeds that each setting is run with.
    pub seeds: Vec<u64>,
    /// What all runs change in their preset.
    pub(super) set: Keys,
    /// The rows of the list, by `[[runs]]`; one without keys if there is no list.
    pub(super) list: Vec<Keys>,
    /// The axes of the grid.
    pub(super) grid: Vec<(String, Vec<Value>)>,
}

impl SweepFile {
    /// Reads a file.
    ///
    /// # Errors
    /// When it can't be read or is no sweep.
    pub fn read(file: &Path) -> Result<Self, SweepError> {
        let text = FileLayer::text(file)?;
        Self::parse(&text, &file.display().to_string())
    }

    /// Reads a text; `origin` names it in errors.
    ///
    /// # Errors
    /// When it is no sweep.
    pub fn parse(text: &str, origin: &str) -> Result<Self, SweepError> {
        Self::of(FileLayer::parse(text, origin)?, text.to_owned())
    }

    fn of(layer: FileLayer, text: String) -> Result<Self, SweepError> {
        let FileLayer { origin, experiment, preset, description, mut table } = layer;
        let bad = |key: &str, found: String, expected: &str| {
            let (origin, key, expected) = (origin.clone(), key.to_owned(), expected.to_owned());
            SweepError::from(ConfigError::Kind { origin, key, found, expected })
        };
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(ConfigError::UnknownKey {
                origin: origin.clone(),
                key: key.clone(),
                hint: match nearest(key, KEYS) {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => format!(
                        "a sweep file has {}; a key of the configuration goes into [set] if all \
                         runs have one value of it, into [grid] with a list of values",
                        KEYS.join(", ")
                    ),
                },
            }
            .into());
        }
        let out = match table.remove("out") {
            None => None,
            Some(Value::String(out)) if !out.is_empty() && !out.starts_with('~') => {
                Some(PathBuf::from(out))
            }
            Some(other) => {
                return Err(bad(
                    "out",
                    found(&other),
                    "the path of a folder, as text, without `~`",
                ));
            }
        };
        let a_list = "a list of whole numbers, 0 or more, such as [0, 1, 2]";
        let seeds = match table.remove("seeds") {
            Some(Value::Array(seeds)) if !seeds.is_empty() => {
                let seed = |value: &Value| value.as_integer().and_then(|n| u64::try_from(n).ok());
                let seed = |value| seed(value).ok_or_else(|| bad("seeds", found(value), a_list));
                seeds.iter().map(seed).collect::<Result<_, _>>()?
            }
            Some(other) => return Err(bad("seeds", found(&other), a_list)),
            None => return Err(bad("seeds", "not there".to_owned(), a_list)),
        };
        let of_keys = |key: &str, value: Value| match value {
            Value::Table(table) => Ok(flat(table, "")),
            other => Err(bad(key, found(&other), "a table of keys and values")),
        };
        let set = table.remove("set").map_or(Ok(Keys::new()), |set| of_keys("set", set))?;
        let list = match table.remove("runs") {
            None => vec![Keys::new()],
            Some(Value::Array(rows)) if !rows.is_empty() => {
                rows.into_iter().map(|row| of_keys("runs", row)).collect::<Result<_, _>>()?
            }
            Some(other) => {
                return Err(bad("runs", found(&other), "tables, each headed by [[runs]]"));
            }
        };
        let mut grid = Vec::new();
        for (key, value) in table.remove("grid").map_or(Ok(Keys::new()), |g| of_keys("grid", g))? {
            let name = format!("grid.\"{key}\"");
            match value {
                Value::Array(values) if values.iter().any(Value::is_table) => {
                    let table = values.iter().find(|value| value.is_table()).map(found);
                    let expected = "values of one key; keys that change together go into [[runs]]";
                    return Err(bad(&name, table.unwrap_or_default(), expected));
                }
                Value::Array(values) if !values.is_empty() => grid.push((key, values)),
                Value::Array(_) => {
                    let empty = "an empty list, so there would be no run".to_owned();
                    return Err(bad(&name, empty, "at least one value, or no such key"));
                }
                other => return Err(bad(&name, found(&other), "a list of values, such as [1, 2]")),
            }
        }
        let file =
            Self { origin, text, description, experiment, preset, out, seeds, set, list, grid };
        file.check_keys()?;
        Ok(file)
    }

    /// Refuses keys that are set twice, and the seed where it does not belong.
    fn check_keys(&self) -> Result<(), SweepError> {
        let in_rows = self.list.iter().flatten().map(|(key, _)| ("[[runs]]", key));
        let keys: Vec<(&str, &String)> = self.set.iter().map(|(key, _)| ("[set]", key)).collect();
        let keys: Vec<_> = keys
            .into_iter()
            .chain(in_rows)
            .chain(self.grid.iter().map(|(key, _)| ("[grid]", key)))
            .collect();
        for (place, key) in &keys {
            let twice = |first: &str, second: &str| SweepError::Twice {
                origin: self.origin.clone(),
                key: (*key).clone(),
                first: first.to_owned(),
                second: second.to_owned(),
            };
            if *key == SEED {
                return Err(twice(place, "the key `seeds`"));
            }
            if *key == PRESET && (*place == "[set]" || self.preset.is_some()) {
                return Err(twice(place, "the key `preset` above all tables"));
            }
            if let Some((other, _)) = keys.iter().find(|(p, k)| k == key && p != place) {
                return Err(twice(place, other));
            }
            let in_place = keys.iter().filter(|(p, k)| k == key && p == place).count();
            if *place != "[[runs]]" && in_place > 1 {
                return Err(twice(place, "another form of it there"));
            }
        }
        Ok(())
    }

    /// The presets that runs start from, each once; empty where none is named.
    pub fn presets(&self) -> Vec<&str> {
        let of_rows = self.list.iter().flatten().filter(|(key, _)| key == PRESET).map(|(_, v)| v);
        let of_grid =
            self.grid.iter().filter(|(key, _)| key == PRESET).flat_map(|(_, values)| values);
        let swept = of_rows.chain(of_grid).filter_map(Value::as_str);
        let mut presets: Vec<&str> = Vec::new();
        for name in self.preset.as_deref().into_iter().chain(swept) {
            if !presets.contains(&name) {
                presets.push(name);
            }
        }
        presets
    }
}

/// The leaves of nested tables, so that a key may be quoted or not.
fn flat(table: Table, path: &str) -> Keys {
    let mut keys = Keys::new();
    for (name, value) in table {
        let key = if path.is_empty() { name } else { format!("{path}.{name}") };
        match value {
            Value::Table(inner) => keys.extend(flat(inner, &key)),
            leaf => keys.push((key, leaf)),
        }
    }
    keys
}

/// A value, as errors show it.
fn found(value: &Value) -> String {
    const MOST: usize = 60;
    let text = value.to_string().replace('\n', " ");
    match text.char_indices().nth(MOST) {
        None => text,
        Some((cut, _)) => format!("{}...", &text[..cut]),
    }
}
