//! A configuration as a list of keys.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use toml::{Table, Value};

/// The keys of a configuration, such as `train.batch`, with their values.
pub(crate) type Keys = BTreeMap<String, Value>;

/// All keys that a configuration has.
///
/// # Panics
/// If it holds what TOML can't.
pub(crate) fn keys(config: &impl Serialize) -> Keys {
    flat(Table::try_from(config).expect("a configuration holds only what TOML can"))
}

/// The keys that have not the same value in both, or no value in one, by name, with both values.
pub(crate) fn differing<'k>(
    ours: &'k Keys,
    theirs: &'k Keys,
) -> impl Iterator<Item = (&'k String, Option<&'k Value>, Option<&'k Value>)> {
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let both = names.into_iter().map(|name| (name, ours.get(name), theirs.get(name)));
    both.filter(|(_, ours, theirs)| ours != theirs)
}

/// The leaves of nested tables, named by their path.
fn flat(table: Table) -> Keys {
    let mut keys = Keys::new();
    for (name, value) in table {
        match value {
            Value::Table(inner) => {
                keys.extend(flat(inner).into_iter().map(|(key, v)| (format!("{name}.{key}"), v)));
            }
            leaf => {
                keys.insert(name, leaf);
            }
        }
    }
    keys
}
