//! The record of a checkpoint: what its files and the run's logs were to the
//! byte. It is written after them, so where a whole record is, they were whole.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::digest::FileDigest;
use super::{DataRecord, FileError, MAX_JSON_BYTES, atomic};

/// The format that this program writes and reads.
const FORMAT: u32 = 1;

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
    /// The file of the optimizer's state.
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
    /// The data set.
    pub data: DataRecord,
    /// The file that gave the initial weights, if not the seed.
    pub init: Option<String>,
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
    Checkpoint(#[from] super::checkpoint::CheckpointError),
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

/// SHA-256 of a `config.toml` without its line `epochs = ...`, as more epochs
/// make a run longer but not another one.
pub fn configuration_sha256(text: &str) -> String {
    let kept: String =
        text.split_inclusive('\n').filter(|line| !line.starts_with("epochs = ")).collect();
    FileDigest::of(kept.as_bytes()).sha256
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    record: Record,
    /// SHA-256 of the record's compact JSON.
    seal: String,
}

impl Sealed {
    fn new(record: Record) -> Self {
        let text = serde_json::to_vec(&record).expect("a record has a text");
        Self { record, seal: FileDigest::of(&text).sha256 }
    }

    fn text(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).expect("a record has a text");
        text.push(b'\n');
        text
    }
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
        let differs = |what, found: String, expected: String| Damage::Differs {
            file: file.to_owned(),
            what,
            found,
            expected,
        };
        let sealed: Sealed = serde_json::from_slice(bytes).map_err(|error| {
            differs("the record", format!("not readable ({error})"), "JSON of a record".to_owned())
        })?;
        let format = sealed.record.format;
        if format != FORMAT {
            return Err(differs("its format", format.to_string(), FORMAT.to_string()));
        }
        let again = Sealed::new(sealed.record);
        if again.seal != sealed.seal {
            return Err(differs("the SHA-256 of the record", again.seal, sealed.seal));
        }
        // A space too many says nothing wrong, but nobody of ours wrote it.
        if again.text() != bytes {
            return Err(differs(
                "the text",
                "not what this program writes".to_owned(),
                "no byte changed since it was written".to_owned(),
            ));
        }
        Ok(again.record)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> Vec<u8> {
        let origin = Origin {
            configuration_sha256: configuration_sha256("[train]\nepochs = 3\n"),
            data: DataRecord {
                directory: "data/mnist".to_owned(),
                canonical_mnist: true,
                sha256: BTreeMap::new(),
            },
            init: None,
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
    fn more_epochs_make_no_other_configuration() {
        let of = |epochs: u32, lr: &str| {
            configuration_sha256(&format!("[train]\nepochs = {epochs}\n[optimizer]\nlr = {lr}\n"))
        };
        assert_eq!(of(3, "0.1"), of(5, "0.1"));
        assert_ne!(of(3, "0.1"), of(3, "0.2"));
    }
}
