//! Reading a checkpoint, with every allocation bounded by the file's length.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use byteorder::{ByteOrder, LittleEndian};
use sha2::{Digest, Sha256};

use super::error::CheckpointError;
use super::header::{self, Entry, Header};
use super::metadata::{DATA_SHA256, Metadata};
use crate::run::digest::{FileDigest, Hasher, hex};
use crate::run::file_error::FileError;

/// Values converted from bytes at a time.
const CHUNK: usize = 1 << 14;

/// The longest header that is read, in bytes: that of the safetensors library.
const MAX_HEADER: u64 = 100_000_000;

/// The type of our tensors.
const F32: &str = "F32";

/// A tensor that was loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its values, the last axis fastest.
    pub data: Vec<f32>,
}

/// The f32 tensors of a safetensors file in memory.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    pub(super) file: PathBuf,
    pub(super) tensors: BTreeMap<String, Tensor>,
    /// Tensors of other types than f32, by name, of which only the type is known.
    pub(super) others: BTreeMap<String, String>,
    metadata: Metadata,
    sha256: String,
}

impl Checkpoint {
    /// Reads a file that [`super::save`] or Python's `safetensors` wrote.
    ///
    /// # Errors
    /// When it can't be read, is malformed, or does not have the hash that it was saved with.
    pub fn load(path: &Path) -> Result<Self, CheckpointError> {
        let file = File::open(path).map_err(FileError::of("open", path))?;
        let length = file.metadata().map_err(FileError::of("look at", path))?.len();
        Self::parse(path, BufReader::new(file), length)
    }

    /// Reads a file that must be `digest` to the byte.
    ///
    /// # Errors
    /// As [`Checkpoint::load`], and when it is another file.
    pub fn load_exactly(path: &Path, digest: &FileDigest) -> Result<Self, CheckpointError> {
        let file = File::open(path).map_err(FileError::of("open", path))?;
        let length = file.metadata().map_err(FileError::of("look at", path))?.len();
        if length != digest.bytes {
            let (found, expected) = (length.to_string(), format!("{} by its record", digest.bytes));
            return Err(malformed(path, 0, "the file's length", found, &expected));
        }
        let mut hasher = Hasher::new(BufReader::new(file));
        let checkpoint = Self::parse(path, &mut hasher, length)?;
        let found = hasher.digest();
        if found != *digest {
            let expected = format!("{} by its record", digest.sha256);
            return Err(malformed(path, 0, "the SHA-256 of the file", found.sha256, &expected));
        }
        Ok(checkpoint)
    }

    /// Reads a checkpoint of `length` bytes; `file` names it in errors.
    ///
    /// # Errors
    /// As [`Checkpoint::load`].
    pub fn parse(file: &Path, mut reader: impl Read, length: u64) -> Result<Self, CheckpointError> {
        let mut take = |bytes: &mut [u8]| -> Result<(), CheckpointError> {
            Ok(reader.read_exact(bytes).map_err(FileError::of("read", file))?)
        };
        let bad = |offset, field: &str, found: String, expected: &str| {
            malformed(file, offset, field, found, expected)
        };
        if length < 8 {
            return Err(bad(0, "the file", format!("{length} bytes long"), "at least 8 bytes"));
        }
        let mut size = [0; 8];
        take(&mut size)?;
        let (size, most) = (u64::from_le_bytes(size), MAX_HEADER.min(length - 8));
        if size > most {
            let expected = format!("at most {most}");
            return Err(bad(0, "the header's length", size.to_string(), &expected));
        }
        let mut text = vec![0; size as usize];
        take(&mut text)?;
        let header = header::read(&text)
            .map_err(|message| bad(8, "the header", message, "a JSON object of tensors"))?;
        let Header { entries, metadata } = header;

        let begin = 8 + size;
        let entries = in_file_order(file, entries, begin, length)?;
        let (mut tensors, mut others) = (BTreeMap::new(), BTreeMap::new());
        let (mut hash, mut bytes) = (Sha256::new(), Vec::new());
        for Placed { name, dtype, shape, length } in entries {
            if dtype != F32 {
                let mut left = length;
                while left > 0 {
                    bytes.resize(left.min(4 * CHUNK as u64) as usize, 0);
                    take(&mut bytes)?;
                    hash.update(&bytes);
                    left -= bytes.len() as u64;
                }
                others.insert(name, dtype);
                continue;
            }
            let mut data = vec![0.0; (length / 4) as usize];
            for chunk in data.chunks_mut(CHUNK) {
                bytes.resize(4 * chunk.len(), 0);
                take(&mut bytes)?;
                hash.update(&bytes);
                LittleEndian::read_f32_into(&bytes, chunk);
            }
            tensors.insert(name, Tensor { shape, data });
        }
        let sha256 = hex(&hash.finalize());
        if let Some(expected) = metadata.get(DATA_SHA256)
            && expected.as_str() != Some(&sha256)
        {
            let expected = format!("the {expected} that it was saved with");
            return Err(bad(begin, "the SHA-256 of the tensors", sha256, &expected));
        }
        Ok(Self { file: file.to_owned(), tensors, others, metadata, sha256 })
    }

    /// The tensor of this name.
    pub fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// All names of f32 tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// What [`super::save`] was given; empty for files of other programs.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// SHA-256 over all values in the order of the file.
    pub fn data_sha256(&self) -> &str {
        &self.sha256
    }
}

fn malformed(
    file: &Path,
    offset: u64,
    field: &str,
    found: String,
    expected: &str,
) -> CheckpointError {
    let (field, expected) = (field.to_owned(), expected.to_owned());
    CheckpointError::Malformed { file: file.to_owned(), offset, field, found, expected }
}

/// A tensor and how many bytes it takes.
struct Placed {
    name: String,
    dtype: String,
    shape: Vec<usize>,
    length: u64,
}

/// The tensors by place in the file; refuses gaps, overlaps and whatever reaches beyond the file's
/// end.
fn in_file_order(
    file: &Path,
    mut entries: Vec<(String, Entry)>,
    begin: u64,
    length: u64,
) -> Result<Vec<Placed>, CheckpointError> {
    entries.sort_by_key(|(_, entry)| entry.data_offsets);
    let (mut place, mut tensors) = (0, Vec::with_capacity(entries.len()));
    for (name, Entry { dtype, shape, data_offsets: [from, to] }) in entries {
        let bad = |what: &str, found: String, expected: String| {
            malformed(file, begin + place, &format!("{what} of tensor {name}"), found, &expected)
        };
        let values = shape.iter().try_fold(1u64, |product, &size| product.checked_mul(size));
        // How large numbers of other types are is not known here; they are passed over.
        let end = match dtype.as_str() {
            F32 => values.and_then(|values| values.checked_mul(4)?.checked_add(place)),
            _ => Some(to).filter(|to| *to >= place),
        };
        if (Some(to), from) != (end, place) || begin.checked_add(to).is_none_or(|e| e > length) {
            let expected = match end {
                Some(end) => format!("[{place}, {end}] within the file's {length} bytes"),
                None => format!("a size that fits into the file's {length} bytes"),
            };
            let found = format!("[{from}, {to}] for shape {shape:?}");
            return Err(bad("the place", found, expected));
        }
        place = to;
        let shape = shape.into_iter().map(|size| size as usize).collect();
        tensors.push(Placed { name, dtype, shape, length: to - from });
    }
    let end = begin + place;
    if end != length {
        let expected = format!("{end}, where the last tensor ends");
        return Err(malformed(file, end, "the file's length", length.to_string(), &expected));
    }
    Ok(tensors)
}
