//! Weights on disk, in the safetensors format with PyTorch's names and layout,
//! so that `state_dict` takes them as they are.
//!
//! The format (safetensors, "Format"): a little-endian u64 with the header's
//! length; the header, a JSON object that gives each tensor's `dtype`, `shape`
//! and `data_offsets`; then the tensors' bytes without gaps. Tensors stand in
//! declared order, so the hash of the bytes is the hash of the weights. Of its
//! free metadata we use one key, holding an object with sorted keys, and in that
//! `data_sha256`, by which a damaged file is known.
//!
//! A file holds one group of tensors: an optimizer's moments belong into a file
//! of their own beside the weights, or PyTorch would refuse the extra names.

mod header;
mod load;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use byteorder::{ByteOrder, LittleEndian};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub use load::{Checkpoint, Tensor};

use super::FileError;
use super::atomic::AtomicFile;
use super::digest::FileDigest;

/// What a checkpoint says about itself beside its tensors, such as the step.
pub type Metadata = BTreeMap<String, Value>;

/// The metadata key under which the file's hash is kept.
pub const DATA_SHA256: &str = "data_sha256";

/// Values converted to bytes at a time.
const CHUNK: usize = 1 << 14;

/// A tensor to be saved.
#[derive(Clone, Copy, Debug)]
pub struct NamedTensor<'a> {
    /// Its name in PyTorch's `state_dict`, such as `encoder.0.weight`.
    pub name: &'a str,
    /// Its shape, such as `[out, in]`.
    pub shape: &'a [usize],
    /// Its values, the last axis fastest.
    pub data: &'a [f32],
}

/// Why a checkpoint can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is no whole safetensors file.
    #[error(
        "{}, byte {offset}: {field} is {found}, expected {expected}; the file is damaged or no \
         safetensors file of f32 tensors", file.display()
    )]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Where.
        offset: u64,
        /// What is there.
        field: String,
        /// Its value.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// The tensors are not those of the model.
    #[error(
        "{} does not fit the model: {differences}; use the configuration that it was made with",
        file.display()
    )]
    Mismatch {
        /// The file.
        file: PathBuf,
        /// Names that are missing, not expected, or of another shape.
        differences: String,
    },
}

/// SHA-256, in hexadecimal, over the values of all tensors in the given order,
/// as little-endian f32.
pub fn weights_sha256<'a>(tensors: impl IntoIterator<Item = NamedTensor<'a>>) -> String {
    let mut hash = Sha256::new();
    for tensor in tensors {
        for_bytes(tensor.data, |bytes| {
            hash.update(bytes);
            Ok(())
        })
        .expect("hashing can't fail");
    }
    super::hex(&hash.finalize())
}

/// A file that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The [`weights_sha256`] of its tensors, which its metadata hold as [`DATA_SHA256`].
    pub data_sha256: String,
    /// The whole file.
    pub file: FileDigest,
}

/// Saves tensors in the given order, atomically and without a second copy of
/// them in memory.
///
/// # Errors
/// When the file can't be written; what had its name before stays.
///
/// # Panics
/// When a name occurs twice or a shape does not fit its values.
pub fn save(
    path: &Path,
    tensors: &[NamedTensor<'_>],
    metadata: &Metadata,
) -> Result<Saved, FileError> {
    let mut names = BTreeSet::new();
    for tensor in tensors {
        let NamedTensor { name, shape, data } = tensor;
        assert!(names.insert(name), "two tensors of a checkpoint are called {name}");
        let values: usize = shape.iter().product();
        assert_eq!(
            values,
            data.len(),
            "tensor {name} of shape {shape:?} has {} values",
            data.len()
        );
    }
    let data_sha256 = weights_sha256(tensors.iter().copied());
    let mut metadata = metadata.clone();
    metadata.insert(DATA_SHA256.to_owned(), Value::String(data_sha256.clone()));
    let header = header::write(tensors, &metadata);

    let mut file = AtomicFile::create(path)?;
    let mut content = || -> io::Result<()> {
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(header.as_bytes())?;
        for tensor in tensors {
            for_bytes(tensor.data, |bytes| file.write_all(bytes))?;
        }
        Ok(())
    };
    content().map_err(FileError::of("write", path))?;
    Ok(Saved { data_sha256, file: file.commit()? })
}

fn for_bytes(values: &[f32], mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut bytes = vec![0; 4 * CHUNK.min(values.len())];
    for chunk in values.chunks(CHUNK) {
        let bytes = &mut bytes[..4 * chunk.len()];
        LittleEndian::write_f32_into(chunk, bytes);
        take(bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
