//! What the folder of a run is called: its swept values and its seed.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use toml::Value;

use crate::run::hex;

/// The longest name, in bytes: file systems allow 255, paths less than many a cluster needs.
const LONGEST: usize = 100;

/// Digits of a hash that stands for what a name can't show.
const DIGITS: usize = 16;

/// How keys stand in names: by their last part where that says which is meant.
pub(crate) fn labels<'k>(keys: impl Iterator<Item = &'k String>) -> BTreeMap<String, String> {
    let keys: std::collections::BTreeSet<&String> = keys.collect();
    let last = |key: &str| key.rsplit('.').next().unwrap_or(key).to_owned();
    let is_shared = |key: &str| keys.iter().filter(|other| last(other) == last(key)).count() > 1;
    // Beside `seed=`, which every name ends with.
    let is_taken = |key: &str| last(key) == "seed";
    keys.iter()
        .map(|key| {
            let whole = is_shared(key) || is_taken(key);
            ((*key).clone(), if whole { (*key).clone() } else { last(key) })
        })
        .collect()
}

/// The name of a run, such as `encoding=8,l1=0.003,seed=0`.
pub(super) fn name(
    swept: &[(String, Value)],
    labels: &BTreeMap<String, String>,
    seed: u64,
) -> String {
    let parts = swept.iter().map(|(key, value)| format!("{}={}", labels[key], shown(value)));
    let name = parts.chain([format!("seed={seed}")]).collect::<Vec<_>>().join(",");
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '-' }).collect();
    if plain == name && name.len() <= LONGEST {
        return name;
    }
    // What was cut or replaced would let two names be one.
    let hash = &hex(&Sha256::digest(&name))[..DIGITS];
    let cut = plain.len().min(LONGEST - DIGITS - 1);
    format!("{}-{hash}", &plain[..cut])
}

/// What every file system takes and no shell reads as something else.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "=,.+-_".contains(c)
}

/// A value without quotes and brackets: text as it is, `[512, 256]` as `512x256`.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join("x"),
        other => other.to_string(),
    }
}
