//! A state to and from checkpoint files.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::error::StateError;
use super::layout::for_bytes;
use super::visit::{Part, Visit};
use crate::run::checkpoint::Checkpoint;

/// Writes the numbers of one part as a checkpoint file has them.
pub(crate) struct Writing<'w> {
    pub part: Part,
    pub writer: &'w mut dyn Write,
    /// What the system said, if it took not everything.
    pub result: io::Result<()>,
}

impl Visit<f32> for Writing<'_> {
    fn tensor(
        &mut self,
        part: Part,
        _: &str,
        _: &[usize],
        values: &[f32],
    ) -> Result<Option<&[f32]>, StateError> {
        if part == self.part {
            for_bytes(values, |bytes| {
                if self.result.is_ok() {
                    self.result = self.writer.write_all(bytes);
                }
            });
        }
        Ok(None)
    }
}

/// What a state is restored from.
#[derive(Clone, Copy)]
pub(crate) enum FromTensors<'c> {
    /// The parameters alone; all else stays as it is.
    Weights(&'c Checkpoint),
    /// All of it.
    Whole { weights: &'c Checkpoint, rest: &'c Checkpoint, values: &'c BTreeMap<String, String> },
    /// A checkpoint of format 1, which had one optimizer, of the run's options, and no values.
    Format1 { weights: &'c Checkpoint, rest: &'c Checkpoint, steps: u64 },
}

/// Restores from checkpoint files.
pub(crate) struct Restoring<'c> {
    from: FromTensors<'c>,
    /// The last value that was made here.
    made: String,
}

impl<'c> Restoring<'c> {
    pub fn new(from: FromTensors<'c>) -> Self {
        Self { from, made: String::new() }
    }
}

impl Visit<f32> for Restoring<'_> {
    fn tensor(
        &mut self,
        part: Part,
        name: &str,
        shape: &[usize],
        _: &[f32],
    ) -> Result<Option<&[f32]>, StateError> {
        let checkpoint = match (part, self.from) {
            (Part::Rest, FromTensors::Weights(_)) => return Ok(None),
            (Part::Weights, FromTensors::Weights(weights)) => weights,
            (Part::Weights, FromTensors::Whole { weights, .. }) => weights,
            (Part::Weights, FromTensors::Format1 { weights, .. }) => weights,
            (Part::Rest, FromTensors::Whole { rest, .. }) => rest,
            (Part::Rest, FromTensors::Format1 { rest, .. }) => rest,
        };
        match checkpoint.tensor(name) {
            None => Err(StateError::missing(name)),
            Some(found) if found.shape != shape => {
                let reason = format!("its shape is {:?}, expected {shape:?}", found.shape);
                Err(StateError::saved(name, reason))
            }
            Some(found) => Ok(Some(&found.data)),
        }
    }

    fn value(&mut self, name: &str, text: &str) -> Result<Option<&str>, StateError> {
        match self.from {
            FromTensors::Weights(_) => Ok(None),
            FromTensors::Whole { values, .. } => match values.get(name) {
                None => Err(StateError::missing(name)),
                Some(saved) => Ok(Some(saved)),
            },
            FromTensors::Format1 { steps, .. } => {
                let parsed = serde_json::from_str(text);
                let mut value: serde_json::Value =
                    parsed.map_err(|error| StateError::saved(name, error))?;
                let Some(counted) = value.get_mut("steps") else { return Ok(None) };
                *counted = steps.into();
                self.made = value.to_string();
                Ok(Some(&self.made))
            }
        }
    }
}
