//! A state's hash.

use gradroute_tape::Real;
use sha2::{Digest, Sha256};

use super::error::StateError;
use super::visit::{Part, Visit};
use super::visitor::State;
use crate::run::hex;

/// SHA-256, in hexadecimal, over names, shapes, numbers and values of the state that `show` shows.
/// States of equal bits have equal hashes.
///
/// # Errors
/// When a value can't be written down.
pub fn digest<T: Real>(show: impl FnOnce(&mut State<'_, T>)) -> Result<String, StateError> {
    let mut hash = Hash(Sha256::new());
    State::visit(&mut hash, show)?;
    Ok(hex(&hash.0.finalize()))
}

struct Hash(Sha256);

impl<T: Real> Visit<T> for Hash {
    fn tensor(
        &mut self,
        _: Part,
        name: &str,
        shape: &[usize],
        values: &[T],
    ) -> Result<Option<&[T]>, StateError> {
        self.0.update(format!("tensor {name:?} {shape:?}\n"));
        for value in values {
            // Exact, and told apart from other zeros and NaNs.
            self.0.update(value.to_f64().to_bits().to_le_bytes());
        }
        Ok(None)
    }

    fn value(&mut self, name: &str, text: &str) -> Result<Option<&str>, StateError> {
        self.0.update(format!("value {name:?} {text}\n"));
        Ok(None)
    }
}
