//! Paths in JSON, for `#[serde(with = "recorded_path")]`: text where they are text, which nearly all
//! are; else their bytes, so that they lead to the same place when they are read again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Recorded {
    Text(String),
    Bytes(Vec<u8>),
}

pub(super) fn serialize<S: Serializer>(
    path: &Option<PathBuf>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    path.as_deref().map(recorded).serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<PathBuf>, D::Error> {
    let path = Option::<Recorded>::deserialize(deserializer)?.map(|recorded| match recorded {
        Recorded::Text(text) => text.into(),
        Recorded::Bytes(bytes) => name(bytes),
    });
    Ok(path.map(PathBuf::from))
}

fn recorded(path: &Path) -> Recorded {
    match path.to_str() {
        Some(text) => Recorded::Text(text.to_owned()),
        None => Recorded::Bytes(path.as_os_str().as_encoded_bytes().to_owned()),
    }
}

#[cfg(unix)]
fn name(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn name(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use proptest::prelude::*;

    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Kept(#[serde(with = "super")] Option<PathBuf>);

    #[test]
    fn a_path_that_is_text_is_recorded_as_that_text() {
        let kept = Kept(Some("/a b/\n".into()));
        assert_eq!(serde_json::to_string(&kept).unwrap(), r#""/a b/\n""#);
        assert_eq!(serde_json::to_string(&Kept(None)).unwrap(), "null");
    }

    proptest! {
        #[test]
        fn every_path_reads_back_as_itself(bytes: Vec<u8>) {
            let path = Some(PathBuf::from(OsString::from_vec(bytes)));
            let text = serde_json::to_string(&Kept(path.clone())).unwrap();
            prop_assert_eq!(serde_json::from_str::<Kept>(&text).unwrap().0, path);
        }
    }
}
