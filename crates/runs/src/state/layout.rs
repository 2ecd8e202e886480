//! What a state consists of, without its tensors' numbers.

use std::collections::BTreeMap;

use byteorder::{ByteOrder, LittleEndian};
use sha2::{Digest, Sha256};

use super::error::StateError;
use super::visit::{Part, Visit};
use crate::run::hex;

/// Name and shape of a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub name: String,
    pub shape: Vec<usize>,
}

/// The tensors of a part.
#[derive(Clone, Debug, Default)]
pub(crate) struct PartLayout {
    pub entries: Vec<Entry>,
    hash: Sha256,
}

impl PartLayout {
    /// SHA-256, in hexadecimal, over all numbers in order, as little-endian f32.
    pub fn data_sha256(&self) -> String {
        hex(&self.hash.clone().finalize())
    }
}

/// Everything about a state but its tensors' numbers, of which it has the hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    pub weights: PartLayout,
    pub rest: PartLayout,
    /// Values by name, as JSON.
    pub values: BTreeMap<String, String>,
    /// The first number that is not finite, and where.
    pub non_finite: Option<String>,
}

impl Visit<f32> for Layout {
    fn tensor(
        &mut self,
        part: Part,
        name: &str,
        shape: &[usize],
        values: &[f32],
    ) -> Result<Option<&[f32]>, StateError> {
        if self.non_finite.is_none()
            && let Some(at) = values.iter().position(|value| !value.is_finite())
        {
            self.non_finite = Some(format!("{name}[{at}] is {}", values[at]));
        }
        let part = match part {
            Part::Weights => &mut self.weights,
            Part::Rest => &mut self.rest,
        };
        for_bytes(values, |bytes| part.hash.update(bytes));
        part.entries.push(Entry { name: name.to_owned(), shape: shape.to_vec() });
        Ok(None)
    }

    fn value(&mut self, name: &str, text: &str) -> Result<Option<&str>, StateError> {
        self.values.insert(name.to_owned(), text.to_owned());
        Ok(None)
    }
}

/// How many numbers the parameters are.
#[derive(Debug, Default)]
pub(crate) struct Parameters(pub u64);

impl Visit<f32> for Parameters {
    fn tensor(
        &mut self,
        part: Part,
        _: &str,
        _: &[usize],
        values: &[f32],
    ) -> Result<Option<&[f32]>, StateError> {
        if part == Part::Weights {
            self.0 += values.len() as u64;
        }
        Ok(None)
    }
}

/// Values converted to bytes at a time.
const CHUNK: usize = 1 << 14;

/// The numbers as little-endian bytes, a chunk at a time.
pub(super) fn for_bytes(values: &[f32], mut take: impl FnMut(&[u8])) {
    let mut bytes = vec![0; 4 * CHUNK.min(values.len())];
    for chunk in values.chunks(CHUNK) {
        let bytes = &mut bytes[..4 * chunk.len()];
        LittleEndian::write_f32_into(chunk, bytes);
        take(bytes);
    }
}
