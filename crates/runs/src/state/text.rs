//! Values as JSON that reads back as itself.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::finite;

/// The text of a value, the keys of every object sorted.
pub(super) fn write<V: Serialize>(value: &V) -> Result<String, String> {
    finite::check(value)?;
    let sorted = serde_json::to_value(value).map_err(|error| error.to_string())?;
    Ok(sorted.to_string())
}

/// Reads a value.
pub(super) fn read<V: DeserializeOwned>(text: &str) -> Result<V, serde_json::Error> {
    serde_json::from_str(text)
}

/// How often a value is read back: a map of two entries in random order keeps it by chance once in
/// two times.
const TIMES: usize = 16;

/// Refuses a value that, read back, has another text: a `HashMap` for instance has an order of its
/// own each time.
pub(super) fn reads_back_as_itself<V: Serialize + DeserializeOwned>(
    value: &V,
) -> Result<(), String> {
    let first = serde_json::to_string(value).map_err(|error| error.to_string())?;
    for _ in 0..TIMES {
        let back: V = read(&first).map_err(|error| error.to_string())?;
        let again = serde_json::to_string(&back).map_err(|error| error.to_string())?;
        if again != first {
            return Err(format!(
                "read back it is written as {again} and not as {first}; a HashMap or HashSet has \
                 no lasting order, use a BTreeMap or a Vec"
            ));
        }
    }
    Ok(())
}
