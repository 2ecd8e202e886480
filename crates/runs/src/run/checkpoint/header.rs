//! The JSON header of a safetensors file.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::metadata::Metadata;

/// The format's own key for metadata, a map of texts.
const METADATA: &str = "__metadata__";
/// Our only key in it.
const OURS: &str = "gradroute";
/// The header is padded with spaces so that the data is aligned to this.
const ALIGNMENT: usize = 8;

/// Where a tensor lies, as the header says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) dtype: String,
    pub(super) shape: Vec<u64>,
    pub(super) data_offsets: [u64; 2],
}

/// A header that was read.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) entries: Vec<(String, Entry)>,
    pub(super) metadata: Metadata,
}

/// The text of the header, the tensors, by name and shape, in the given order.
pub(super) fn write<'a>(
    tensors: impl IntoIterator<Item = (&'a str, &'a [usize])>,
    metadata: &Metadata,
) -> String {
    // Sorted by `BTreeMap`, so that equal runs write equal bytes.
    let ours = serde_json::to_string(metadata).expect("JSON values have a text");
    let mut text = format!("{{{}:{}", json!(METADATA), json!({ OURS: ours }));
    let mut begin = 0;
    for (name, shape) in tensors {
        let end = begin + 4 * shape.iter().product::<usize>();
        text += &format!(
            ",{}:{{\"dtype\":\"F32\",\"shape\":{},\"data_offsets\":[{begin},{end}]}}",
            json!(name),
            json!(shape)
        );
        begin = end;
    }
    text.push('}');
    text.extend(std::iter::repeat_n(' ', text.len().next_multiple_of(ALIGNMENT) - text.len()));
    text
}

/// Reads a header; the message of a failure names the entry.
pub(super) fn read(text: &[u8]) -> Result<Header, String> {
    let fields: Fields = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let mut header = Header::default();
    for (name, value) in fields.0 {
        if name == METADATA {
            header.metadata = read_metadata(value).map_err(|e| format!("{METADATA}: {e}"))?;
        } else {
            let entry = serde_json::from_value(value).map_err(|e| format!("tensor {name}: {e}"))?;
            header.entries.push((name, entry));
        }
    }
    Ok(header)
}

fn read_metadata(value: Value) -> Result<Metadata, serde_json::Error> {
    let texts: BTreeMap<String, String> = serde_json::from_value(value)?;
    match texts.get(OURS) {
        Some(ours) => serde_json::from_str(ours),
        None => Ok(Metadata::new()),
    }
}

/// The fields of an object; a key that occurs twice is an error, where a map
/// would silently keep the last.
struct Fields(Map<String, Value>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with one entry for each tensor")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if fields.contains_key(&name) {
                        return Err(A::Error::custom(format!("`{name}` occurs twice")));
                    }
                    fields.insert(name, value);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}
