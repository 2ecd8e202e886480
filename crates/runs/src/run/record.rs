//! The record of a checkpoint: what its files and the run's logs were to the
//! byte. It is written after them, so where a whole record is, they were whole.

mod format1;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::atomic;
use super::checkpoint::CheckpointError;
use super::data_record::DataRecord;
use super::digest::FileDigest;
use super::file_error::FileError;
use super::json::MAX_JSON_BYTES;
use super::recorded_path;
use crate::config::length;
use crate::state::StateError;
use format1::{OriginFormat1, RecordFormat1};

/// The format that this program writes. Format 1 is read too.
const FORMAT: u32 = 2;

/// Everything that must be known to go on from a checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Version of this structure.
    pub format: u32,
    /// Steps done.
    pub steps: u64,
    /// SHA-256 over all parameters, as in the manifest.
    pub weights_sha256: String,
    /// The run that it belongs to.
    pub origin: Origin,
    /// The file of weights.
    pub weights: FileDigest,
    /// The file of the rest of the state.
    pub optimizer: FileDigest,
    /// The run's logs as they were then, by file name.
    pub logs: BTreeMap<String, FileDigest>,
}

/// What a run goes back to, the same in all its records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The [`configuration_sha256`].
    pub configuration_sha256: String,
    /// The value of the key that makes runs longer, which that hash leaves out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<String>,
    /// The data set.
    pub data: DataRecord,
    /// The file that gave the initial weights, if not the seed.
    #[serde(default, with = "recorded_path")]
    pub init: Option<PathBuf>,
    /// How many steps the run was to have; absent in records from before that was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps_planned: Option<u64>,
    /// When the run began, UTC.
    pub started: String,
    /// After how many steps it was resumed, once for each time.
    pub resumed: Vec<u64>,
}

/// Why a checkpoint with its record can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// A file can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Weights or optimizer state are not what they were.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The state is not one of this experiment.
    #[error("{} does not fit this program; use the one that it was made with", file.display())]
    State {
        /// The file.
        file: PathBuf,
        /// What does not fit.
        source: StateError,
    },
    /// Something is not as the record says, or the record itself is damaged.
    #[error("{}: {what} is {found}, expected {expected}", file.display())]
    Differs {
        /// The file.
        file: PathBuf,
        /// What differs.
        what: &'static str,
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
}

/// SHA-256 of the text of a `config.toml` as it was recorded, without the line of `length_key`
/// (such as `train.epochs`): with another value there a run is longer, but it is no other run.
pub fn configuration_sha256(text: &str, length_key: Option<&str>) -> String {
    let kept = length_key.map(|key| length::without(text, key));
    FileDigest::of(kept.as_deref().unwrap_or(text).as_bytes()).sha256
}

/// A record with its seal, as a file has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed<R> {
    record: R,
    /// SHA-256 of the record's compact JSON.
    seal: String,
}

impl<R: Serialize + DeserializeOwned> Sealed<R> {
    fn new(record: R) -> Self {
        let text = serde_json::to_vec(&record).expect("a record has a text");
        Self { record, seal: FileDigest::of(&text).sha256 }
    }

    fn text(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).expect("a record has a text");
        text.push(b'\n');
        text
    }

    /// Reads a record's bytes, of which not one may be another than was written.
    fn parse(file: &Path, bytes: &[u8]) -> Result<R, Damage> {
        let sealed: Self = serde_json::from_slice(bytes).map_err(|error| {
            let found = format!("not readable ({error})");
            differs(file, "the record", found, "JSON of a record".to_owned())
        })?;
        let again = Self::new(sealed.record);
        if again.seal != sealed.seal {
            return Err(differs(file, "the SHA-256 of the record", again.seal, sealed.seal));
        }
        // A space too many says nothing wrong, but nobody of ours wrote it.
        if again.text() != bytes {
            let found = "not what this program writes".to_owned();
            let expected = "no byte changed since it was written".to_owned();
            return Err(differs(file, "the text", found, expected));
        }
        Ok(again.record)
    }
}

fn differs(file: &Path, what: &'static str, found: String, expected: String) -> Damage {
    Damage::Differs { file: file.to_owned(), what, found, expected }
}

impl Record {
    /// A record of this format.
    pub fn new(
        steps: u64,
        origin: Origin,
        weights_sha256: String,
        weights: FileDigest,
        optimizer: FileDigest,
        logs: BTreeMap<String, FileDigest>,
    ) -> Self {
        Self { format: FORMAT, steps, weights_sha256, origin, weights, optimizer, logs }
    }

    /// Writes the record with its seal, atomically.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(self, path: &Path) -> Result<(), FileError> {
        atomic::write(path, &Sealed::new(self).text())
    }

    /// Reads a record.
    ///
    /// # Errors
    /// When it can't be read, or a single byte is not as it was written.
    pub fn read(path: &Path) -> Result<Self, Damage> {
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(FileError::of("open", path))?;
        file.take(MAX_JSON_BYTES).read_to_end(&mut bytes).map_err(FileError::of("read", path))?;
        Self::parse(path, &bytes)
    }

    /// Reads a record from its bytes; `file` names it in errors.
    ///
    /// # Errors
    /// When a single byte is not as it was written.
    pub fn parse(file: &Path, bytes: &[u8]) -> Result<Self, Damage> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        #[derive(Deserialize)]
        struct Any {
            record: Format,
        }
        let any: Any = serde_json::from_slice(bytes).map_err(|error| {
            let found = format!("not readable ({error})");
            differs(file, "the record", found, "JSON of a record".to_owned())
        })?;
        match any.record.format {
            1 => Ok(Sealed::<RecordFormat1>::parse(file, bytes)?.into()),
            FORMAT => Sealed::parse(file, bytes),
            other => {
                let expected = format!("1 or {FORMAT}");
                Err(differs(file, "its format", other.to_string(), expected))
            }
        }
    }

    /// Whether the state's values were not saved yet when this was written.
    pub(super) fn is_format_1(&self) -> bool {
        self.format == 1
    }
}

impl From<RecordFormat1> for Record {
    fn from(old: RecordFormat1) -> Self {
        let RecordFormat1 { format, steps, weights_sha256, origin, weights, optimizer, logs } = old;
        let OriginFormat1 { configuration_sha256, data, init, started, resumed } = origin;
        let data = DataRecord {
            directory: Some(data.directory.into()),
            from_run: None,
            canonical: data.canonical_mnist,
            sha256: data.sha256,
        };
        let (length, init) = (None, init.map(PathBuf::from));
        let steps_planned = None;
        let origin =
            Origin { configuration_sha256, length, data, init, steps_planned, started, resumed };
        Self { format, steps, weights_sha256, origin, weights, optimizer, logs }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> Vec<u8> {
        let origin = Origin {
            configuration_sha256: configuration_sha256(
                "[train]\nepochs = 3\n",
                Some("train.epochs"),
            ),
            length: Some("3".to_owned()),
            data: DataRecord {
                directory: Some("data/set".into()),
                from_run: Some("../data/set".into()),
                canonical: true,
                sha256: BTreeMap::new(),
            },
            init: None,
            steps_planned: Some(12),
            started: "2026-01-01T00:00:00Z".to_owned(),
            resumed: vec![3],
        };
        let digest = FileDigest::of(b"weights");
        let logs = BTreeMap::from([("metrics.jsonl".to_owned(), digest.clone())]);
        Sealed::new(Record::new(7, origin, "00".to_owned(), digest.clone(), digest, logs)).text()
    }

    fn parse(bytes: &[u8]) -> Result<Record, Damage> {
        Record::parse(Path::new("step.json"), bytes)
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic_and_no_change_passes(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            at: usize,
            flip in 1u8..,
        ) {
            prop_assert!(parse(&bytes).is_err());
            let mut text = text();
            let at = at % text.len();
            text[at] ^= flip;
            prop_assert!(parse(&text).is_err(), "byte {} may be another", at);
            text.truncate(at);
            prop_assert!(parse(&text).is_err());
        }
    }

    #[test]
    fn a_record_reads_back_and_other_spacing_or_formats_are_refused() {
        let text = text();
        assert_eq!(parse(&text).unwrap().steps, 7);
        let compact: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let message = parse(compact.to_string().as_bytes()).unwrap_err().to_string();
        assert!(message.contains("step.json"), "{message}");
        let spaced = [&text[..], b" "].concat();
        assert!(parse(&spaced).unwrap_err().to_string().contains("the text"));
    }

    #[test]
    fn another_value_of_the_length_key_alone_makes_no_other_configuration() {
        let text = |epochs: u32, other: u32| {
            format!("[relearn]\nepochs = {other}\n[train]\nepochs = {epochs}\nlr = 0.1\n")
        };
        let of = |text: &str| configuration_sha256(text, Some("train.epochs"));
        assert_eq!(of(&text(3, 1)), of(&text(5, 1)));
        assert_ne!(of(&text(3, 1)), of(&text(3, 2)), "it is another key");
        assert_ne!(of(&text(3, 1)), of(&text(3, 1).replace("0.1", "0.2")));
        assert_ne!(
            configuration_sha256(&text(3, 1), None),
            configuration_sha256(&text(5, 1), None)
        );
    }
}
