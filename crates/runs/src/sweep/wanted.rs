//! The runs that a sweep file asks for, each with a name of its own.

use std::collections::BTreeMap;

use toml::Value;

use super::error::{MOST_RUNS, SweepError};
use super::file::{Keys, PRESET, SEED, SweepFile};
use super::name::{labels, name};
use crate::config::{ConfigError, Override, Request};

/// A run that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Its folder within that of the sweep.
    pub name: String,
    /// The values that tell it from others of the sweep, by key; the seed is not among them.
    pub swept: Vec<(String, Value)>,
    /// Its seed.
    pub seed: u64,
    /// The preset that it starts from.
    pub preset: Option<String>,
    /// The file, as errors name it.
    origin: String,
    /// What all runs of the sweep change in their preset.
    set: Keys,
}

impl Wanted {
    /// What asks for its configuration.
    pub fn request(&self) -> Request {
        let change = |place: &str, (key, value): &(String, Value)| Override {
            origin: format!("{}, {place}", self.origin),
            key: key.clone(),
            value: value.clone(),
        };
        let of_all = self.set.iter().map(|pair| change("[set]", pair));
        let own = self.swept.iter().filter(|(key, _)| key != PRESET);
        let own = own.map(|pair| change(&format!("run {}", self.name), pair));
        let seed = i64::try_from(self.seed).expect("seeds are read as TOML's whole numbers");
        let seed = change("seeds", &(SEED.to_owned(), Value::Integer(seed)));
        let flags = of_all.chain(own).chain([seed]).collect();
        Request { preset: self.preset.clone(), flags, ..Request::default() }
    }
}

impl SweepFile {
    /// The runs: rows of the list, then cells of the grid, the last axis first, then seeds.
    ///
    /// # Errors
    /// When there are too many, or two have one name.
    pub fn wanted(&self) -> Result<Vec<Wanted>, SweepError> {
        self.check_number()?;
        let keys = self.list.iter().flatten().map(|(key, _)| key);
        let keys = keys.chain(self.grid.iter().map(|(key, _)| key));
        let labels = labels(keys);
        let mut runs: Vec<Wanted> = Vec::new();
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for row in &self.list {
            let mut cells: Vec<Keys> = vec![row.clone()];
            for (key, values) in &self.grid {
                let longer = |cell: &Keys, value: &Value| {
                    let mut cell = cell.clone();
                    cell.push((key.clone(), value.clone()));
                    cell
                };
                let with_each = |cell: &Keys| values.iter().map(|v| longer(cell, v)).collect();
                cells = cells.iter().flat_map(|cell| -> Vec<Keys> { with_each(cell) }).collect();
            }
            for swept in cells {
                let preset = self.preset_of(&swept)?;
                for &seed in &self.seeds {
                    let name = name(&swept, &labels, seed);
                    // Folders may not tell case.
                    if let Some(other) = names.insert(name.to_lowercase(), runs.len()) {
                        let first = runs[other].name.clone();
                        let (origin, case) = (self.origin.clone(), first != name);
                        return Err(SweepError::Same { origin, first, second: name, case });
                    }
                    let (swept, preset) = (swept.clone(), preset.clone());
                    let (origin, set) = (self.origin.clone(), self.set.clone());
                    runs.push(Wanted { name, swept, seed, preset, origin, set });
                }
            }
        }
        Ok(runs)
    }

    fn preset_of(&self, swept: &Keys) -> Result<Option<String>, SweepError> {
        match swept.iter().find(|(key, _)| key == PRESET) {
            None => Ok(self.preset.clone()),
            Some((_, Value::String(name))) => Ok(Some(name.clone())),
            Some((_, other)) => Err(ConfigError::Kind {
                origin: self.origin.clone(),
                key: PRESET.to_owned(),
                found: other.to_string(),
                expected: "the name of a preset, as text".to_owned(),
            }
            .into()),
        }
    }

    fn check_number(&self) -> Result<(), SweepError> {
        let axes = self.grid.iter().map(|(key, values)| (key.as_str(), values.len()));
        let rows = (self.list.len() > 1).then_some(("rows of [[runs]]", self.list.len()));
        let factors: Vec<(&str, usize)> =
            rows.into_iter().chain(axes).chain([("seeds", self.seeds.len())]).collect();
        let runs = factors.iter().fold(1u128, |all, (_, n)| all.saturating_mul(*n as u128));
        if runs <= MOST_RUNS as u128 {
            return Ok(());
        }
        let factors: Vec<String> = factors.iter().map(|(what, n)| format!("{what}: {n}")).collect();
        let (origin, factors) = (self.origin.clone(), factors.join(", "));
        Err(SweepError::TooMany { origin, runs, factors })
    }
}
