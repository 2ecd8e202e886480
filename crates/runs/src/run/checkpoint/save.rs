//! Writing a checkpoint, without a second copy of its tensors in memory.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use byteorder::{ByteOrder, LittleEndian};
use sha2::{Digest, Sha256};

use super::header;
use super::metadata::{DATA_SHA256, Metadata};
use crate::run::atomic::AtomicFile;
use crate::run::digest::{FileDigest, hex};
use crate::run::file_error::FileError;

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
    hex(&hash.finalize())
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
    let entries = tensors.iter().map(|tensor| (tensor.name, tensor.shape));
    let file = write(path, entries, &data_sha256, metadata, &mut |file| {
        tensors.iter().try_for_each(|tensor| for_bytes(tensor.data, |bytes| file.write_all(bytes)))
    })?;
    Ok(Saved { data_sha256, file })
}

/// Writes a file of tensors, given by name and shape, whose numbers `content` writes: as
/// little-endian f32, in the same order, with the hash `data_sha256`.
///
/// # Errors
/// When the file can't be written; what had its name before stays.
pub(crate) fn write<'a>(
    path: &Path,
    tensors: impl IntoIterator<Item = (&'a str, &'a [usize])>,
    data_sha256: &str,
    metadata: &Metadata,
    content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> Result<FileDigest, FileError> {
    let mut metadata = metadata.clone();
    metadata.insert(DATA_SHA256.to_owned(), data_sha256.into());
    let header = header::write(tensors, &metadata);
    let mut file = AtomicFile::create(path)?;
    file.write_all(&(header.len() as u64).to_le_bytes())
        .and_then(|()| file.write_all(header.as_bytes()))
        .and_then(|()| content(&mut file))
        .map_err(FileError::of("write", path))?;
    file.commit()
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
