//! IDX files of unsigned bytes, the format of MNIST, raw or gzipped.
//!
//! Big-endian: a magic number (0x00000801 for a list of labels, 0x00000803 for
//! images), one u32 per dimension, then the bytes, the last dimension fastest.
//! The file must end where its header says that it ends.
//!
//! What a header announces is believed only as far as the file's real length
//! can hold it, and never above [`MAX_CONTENT`], so a damaged or hostile file
//! costs no memory.

mod source;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use byteorder::{BigEndian, ByteOrder};

use source::Content;

/// The most bytes of labels or pixels that are read from one file.
pub const MAX_CONTENT: u64 = 1 << 29;

/// A list of labels, IDX1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// The labels.
    pub labels: Vec<u8>,
    /// SHA-256 of the uncompressed file, in hexadecimal.
    pub sha256: String,
}

/// Grey images of one size, IDX3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// The images one after the other, each row by row.
    pub pixels: Vec<u8>,
    /// How many images.
    pub count: usize,
    /// Rows of an image.
    pub rows: usize,
    /// Columns of an image.
    pub columns: usize,
    /// SHA-256 of the uncompressed file, in hexadecimal.
    pub sha256: String,
}

/// Why a file is no IDX file of the kind wanted.
#[derive(Debug, thiserror::Error)]
pub enum IdxError {
    /// The file can't be read, or its gzip layer is damaged.
    #[error("cannot read {}: it fails at {}", file.display(), place(*offset, *packed))]
    Read {
        /// The file.
        file: PathBuf,
        /// How many bytes of its content were read until then.
        offset: u64,
        /// How many of the file's own bytes these are, where it is gzipped.
        packed: Option<u64>,
        /// What went wrong.
        source: io::Error,
    },
    /// A field of the file is not what it must be.
    #[error(
        "{}, byte {offset} of its uncompressed content: {field} is {found}, expected {expected}; \
         {advice}", file.display()
    )]
    Field {
        /// The file.
        file: PathBuf,
        /// Where the field begins.
        offset: u64,
        /// What is there.
        field: &'static str,
        /// Its value.
        found: String,
        /// What it should be.
        expected: String,
        /// What to do.
        advice: &'static str,
    },
}

fn place(offset: u64, packed: Option<u64>) -> String {
    match packed {
        None => format!("byte {offset}"),
        Some(packed) => format!(
            "byte {packed} of the gzipped file, after {offset} bytes of its uncompressed content; \
             the file is damaged or cut short, fetch it again"
        ),
    }
}

const FETCH_AGAIN: &str = "the file is damaged or cut short, fetch it again";
const OTHER_KIND: &str = "it is a file of another kind, or was renamed";
const TOO_LARGE: &str = "split the set, or keep fewer images";

/// Reads a file of labels.
///
/// # Errors
/// When the file can't be read or is no IDX1 file of bytes.
pub fn read_labels(file: &Path) -> Result<Labels, IdxError> {
    let (reader, length) = open(file)?;
    parse_labels(file, reader, length)
}

/// Reads a file of images.
///
/// # Errors
/// When the file can't be read or is no IDX3 file of bytes.
pub fn read_images(file: &Path) -> Result<Images, IdxError> {
    let (reader, length) = open(file)?;
    parse_images(file, reader, length)
}

/// Reads labels from `reader`, which holds `length` bytes, gzipped or not;
/// `file` names it in errors.
///
/// # Errors
/// As [`read_labels`].
pub fn parse_labels(file: &Path, reader: impl Read, length: u64) -> Result<Labels, IdxError> {
    let ([_], labels, sha256) = parse(file, reader, length, ["number of labels"])?;
    Ok(Labels { labels, sha256 })
}

/// Reads images from `reader`, which holds `length` bytes, gzipped or not;
/// `file` names it in errors.
///
/// # Errors
/// As [`read_images`].
pub fn parse_images(file: &Path, reader: impl Read, length: u64) -> Result<Images, IdxError> {
    let fields = ["number of images", "number of rows", "number of columns"];
    let ([count, rows, columns], pixels, sha256) = parse(file, reader, length, fields)?;
    Ok(Images { pixels, count, rows, columns, sha256 })
}

fn open(file: &Path) -> Result<(File, u64), IdxError> {
    let failed = |source| IdxError::Read { file: file.to_owned(), offset: 0, packed: None, source };
    let opened = File::open(file).map_err(failed)?;
    let length = opened.metadata().map_err(failed)?.len();
    Ok((opened, length))
}

/// Sizes of the dimensions, content and hash of a file with the given fields.
fn parse<const N: usize>(
    file: &Path,
    reader: impl Read,
    length: u64,
    fields: [&'static str; N],
) -> Result<([usize; N], Vec<u8>, String), IdxError> {
    let bad = |offset, field, found: String, expected: String, advice| IdxError::Field {
        file: file.to_owned(),
        offset,
        field,
        found,
        expected,
        advice,
    };
    let failed = |source| IdxError::Read { file: file.to_owned(), offset: 0, packed: None, source };
    let mut content = Content::new(reader, length).map_err(failed)?;
    let fill = |content: &mut Content<_>, bytes: &mut [u8]| {
        content.read_some(bytes).map_err(|source| IdxError::Read {
            file: file.to_owned(),
            offset: content.offset(),
            packed: content.packed_offset(),
            source,
        })
    };

    let mut number = |field| {
        let (offset, mut bytes) = (content.offset(), [0; 4]);
        let read = fill(&mut content, &mut bytes)?;
        if read < bytes.len() {
            let found = format!("cut off after {read} bytes");
            return Err(bad(offset, field, found, "4 bytes".to_owned(), FETCH_AGAIN));
        }
        Ok(BigEndian::read_u32(&bytes))
    };
    // 0x08: unsigned bytes; then the number of dimensions.
    let magic = number("magic number")?;
    let wanted = 0x0800 + N as u32;
    if magic != wanted {
        let (found, expected) = (format!("{magic:#010x}"), format!("{wanted:#010x}"));
        return Err(bad(0, "magic number", found, expected, OTHER_KIND));
    }
    let (mut sizes, mut total) = ([0; N], 1u64);
    for (axis, field) in fields.into_iter().enumerate() {
        let size = number(field)?;
        let offset = 4 + 4 * axis as u64;
        if size == 0 {
            return Err(bad(offset, field, "0".into(), "at least 1".into(), FETCH_AGAIN));
        }
        sizes[axis] = size as usize;
        total = total.saturating_mul(u64::from(size));
    }

    let offset = content.offset();
    let announced = format!("{total} bytes by the header");
    if total > MAX_CONTENT {
        let expected = format!("at most {MAX_CONTENT}");
        return Err(bad(offset, "content", announced, expected, TOO_LARGE));
    }
    if total > content.at_most() {
        let expected = format!("at most {} in a file of {length} bytes", content.at_most());
        return Err(bad(offset, "content", announced, expected, FETCH_AGAIN));
    }
    let mut bytes = vec![0; total as usize];
    let read = fill(&mut content, &mut bytes)?;
    if read < bytes.len() {
        let (found, expected) = (format!("{read} bytes long"), announced);
        return Err(bad(offset, "content", found, expected, FETCH_AGAIN));
    }
    let end = content.offset();
    if fill(&mut content, &mut [0])? > 0 {
        let (found, expected) = ("more bytes".to_owned(), format!("the end, after {announced}"));
        return Err(bad(end, "content", found, expected, FETCH_AGAIN));
    }
    Ok((sizes, bytes, content.sha256()))
}

#[cfg(test)]
mod tests;
