//! A configuration as a list of keys.

use std::collections::BTreeMap;

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
