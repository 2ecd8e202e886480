//! Laying one TOML table over another.

use toml::{Table, Value};

use super::error::ConfigError;

/// Changes `base` where `layer` says so. A value of another kind than the base's is refused by
/// name; a key that the base does not have is taken over, for the configuration's own type to
/// refuse or not. `origin` says where the layer comes from.
pub(super) fn merge(base: &mut Table, layer: &Table, origin: &str) -> Result<(), ConfigError> {
    merge_at(base, layer, "", origin)
}

fn merge_at(base: &mut Table, layer: &Table, path: &str, origin: &str) -> Result<(), ConfigError> {
    for (key, value) in layer {
        let full = joined(path, key);
        let Some(slot) = base.get_mut(key) else {
            base.insert(key.clone(), value.clone());
            continue;
        };
        match (&mut *slot, value) {
            (Value::Table(inner), Value::Table(layer)) => merge_at(inner, layer, &full, origin)?,
            (Value::Float(slot), Value::Integer(whole)) => *slot = *whole as f64,
            (slot, value) if slot.type_str() == value.type_str() => *slot = value.clone(),
            (slot, value) => {
                return Err(ConfigError::Kind {
                    origin: origin.to_owned(),
                    key: full,
                    found: format!("{} ({value})", kind(value)),
                    expected: format!("{}, such as {slot}", kind(slot)),
                });
            }
        }
    }
    Ok(())
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}

/// If `message` is serde's word of an unknown field, the error that names the key with its path
/// in `layer` and the nearest key that there is, or else the one of that name in another section of
/// `whole`.
pub(super) fn unknown_key(
    message: &str,
    whole: &Table,
    layer: &Table,
    origin: &str,
) -> Option<ConfigError> {
    let (field, rest) = message.strip_prefix("unknown field `")?.split_once('`')?;
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    let section = section_of(layer, field, &known, "").unwrap_or_default();
    let nearest = nearest(field, known.iter().copied()).map(|key| joined(&section, key));
    let key = joined(&section, field);
    Some(ConfigError::UnknownKey {
        origin: origin.to_owned(),
        hint: match nearest.or_else(|| elsewhere(whole, field, &key, "")) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => {
                let mut known: Vec<String> =
                    known.iter().map(|key| joined(&section, key)).collect();
                known.sort_unstable();
                format!("known here: {}", known.join(", "))
            }
        },
        key,
    })
}

/// The path of the section in which `layer` has the key `field`, where it is not known.
fn section_of(layer: &Table, field: &str, known: &[&str], path: &str) -> Option<String> {
    if layer.contains_key(field) && !known.contains(&field) {
        return Some(path.to_owned());
    }
    layer
        .iter()
        .find_map(|(key, value)| section_of(value.as_table()?, field, known, &joined(path, key)))
}

/// The path of a key `field` that is not at the path `key`.
fn elsewhere(table: &Table, field: &str, key: &str, path: &str) -> Option<String> {
    let here = joined(path, field);
    if table.contains_key(field) && here != key {
        return Some(here);
    }
    table
        .iter()
        .find_map(|(name, value)| elsewhere(value.as_table()?, field, key, &joined(path, name)))
}

/// The candidate that `word` is most likely a misspelling of, if any is near.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= candidate.chars().count().div_ceil(4).min(3))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance: insertions, deletions and replacements of characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misspellings_are_recognised_and_far_words_are_not() {
        let keys = ["batch", "epochs", "seed"];
        assert_eq!(nearest("bacth", keys), Some("batch"));
        assert_eq!(nearest("epoch", keys), Some("epochs"));
        assert_eq!(nearest("momentum", keys), None);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
    }
}
