//! Laying one TOML table over another that names every key that exists.

use toml::{Table, Value};

use super::ConfigError;

/// Changes `base` where `layer` says so. `base` must hold every key, so that an
/// unknown one, or a value of another kind than the base's, can be refused by
/// name. `origin` says where the layer comes from.
pub(crate) fn merge(base: &mut Table, layer: &Table, origin: &str) -> Result<(), ConfigError> {
    merge_at(base, layer, "", origin)
}

fn merge_at(base: &mut Table, layer: &Table, path: &str, origin: &str) -> Result<(), ConfigError> {
    for (key, value) in layer {
        let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let Some(slot) = base.get_mut(key) else {
            return Err(unknown_key(full, base, path, origin));
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

fn unknown_key(full: String, siblings: &Table, path: &str, origin: &str) -> ConfigError {
    let in_section =
        |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let own = full.rsplit('.').next().unwrap_or_default();
    let nearest = nearest(own, siblings.keys().map(String::as_str));
    ConfigError::UnknownKey {
        origin: origin.to_owned(),
        hint: match nearest {
            Some(nearest) => format!("did you mean `{}`?", in_section(nearest)),
            None => {
                let known: Vec<String> = siblings.keys().map(|key| in_section(key)).collect();
                format!("known here: {}", known.join(", "))
            }
        },
        key: full,
    }
}

/// The candidate that `word` is most likely a misspelling of, if any is near.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
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
