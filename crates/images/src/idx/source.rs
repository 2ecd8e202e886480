//! The uncompressed content of a file that may be gzipped, hashed on its way.

use std::io::{self, BufReader, Chain, Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

/// What a gzipped file is believed to hold, in bytes per byte of its own. MNIST's
/// images take 5; deflate could hold 1032, but only of what says nothing.
const MAX_EXPANSION: u64 = 100;

/// What any gzipped file may hold, as small ones of equal labels shrink to less.
const ALWAYS_ALLOWED: u64 = 1 << 20;

/// Bytes hashed at a time, so that they are still in the cache.
const CHUNK: usize = 1 << 16;

type Whole<R> = BufReader<Counted<Chain<Cursor<Vec<u8>>, R>>>;

/// A reader that knows how many bytes it gave.
struct Counted<R> {
    reader: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(out)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

enum Layer<R: Read> {
    Raw(Whole<R>),
    // All members, as the plain decoder would stop silently after the first.
    Gzip(Box<MultiGzDecoder<Whole<R>>>),
}

/// Reads the uncompressed content of a file.
pub(super) struct Content<R: Read> {
    layer: Layer<R>,
    hash: Sha256,
    offset: u64,
    /// The most bytes that are read of the whole content.
    capacity: u64,
}

impl<R: Read> Content<R> {
    /// Looks at the first bytes of a file of `length` bytes to see whether it
    /// is gzipped.
    pub(super) fn new(mut reader: R, length: u64) -> io::Result<Self> {
        let mut start = Vec::new();
        reader.by_ref().take(2).read_to_end(&mut start)?;
        let gzipped = start == [0x1f, 0x8b];
        let whole = Counted { reader: Cursor::new(start).chain(reader), bytes: 0 };
        let whole = BufReader::new(whole);
        let (layer, capacity) = if gzipped {
            (
                Layer::Gzip(Box::new(MultiGzDecoder::new(whole))),
                length.saturating_mul(MAX_EXPANSION).saturating_add(ALWAYS_ALLOWED),
            )
        } else {
            (Layer::Raw(whole), length)
        };
        Ok(Self { layer, hash: Sha256::new(), offset: 0, capacity })
    }

    /// Bytes read so far.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// How much of a gzipped file was needed for that; none of a file that is not gzipped.
    pub(super) fn packed_offset(&self) -> Option<u64> {
        match &self.layer {
            Layer::Raw(_) => None,
            Layer::Gzip(reader) => {
                let whole = reader.get_ref();
                Some(whole.get_ref().bytes - whole.buffer().len() as u64)
            }
        }
    }

    /// The most bytes that can still come.
    pub(super) fn at_most(&self) -> u64 {
        self.capacity.saturating_sub(self.offset)
    }

    /// Fills `bytes` as far as the content goes; returns how far.
    pub(super) fn read_some(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < bytes.len() {
            let end = bytes.len().min(filled + CHUNK);
            let read = match &mut self.layer {
                Layer::Raw(reader) => reader.read(&mut bytes[filled..end]),
                Layer::Gzip(reader) => reader.read(&mut bytes[filled..end]),
            };
            match read {
                Ok(0) => break,
                Ok(read) => {
                    self.hash.update(&bytes[filled..filled + read]);
                    self.offset += read as u64;
                    filled += read;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// SHA-256 of all that was read, in hexadecimal.
    pub(super) fn sha256(self) -> String {
        hex(&self.hash.finalize())
    }
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
