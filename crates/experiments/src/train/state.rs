//! What a run is between two steps, to and from disk: the weights, and both
//! moments of Adam.

use std::ops::Range;

use gradroute_tape::{Params, Shape};

use super::Start;
use crate::run::checkpoint::{Checkpoint, CheckpointError, NamedTensor};
use crate::run::saved::{self, State};
use crate::run::{FileDigest, FileError, Origin, RunDirectory};
use crate::trainer::Trainer;

/// What stands before a parameter's name in the names of its moments, as PyTorch calls them.
const FIRST: &str = "exp_avg.";
const SECOND: &str = "exp_avg_sq.";

/// Sets the weights to those of a checkpoint with the names and shapes of the model.
///
/// # Errors
/// When it holds other tensors; the weights stay as they were then.
pub fn take_weights(
    trainer: &mut Trainer<f32>,
    checkpoint: &Checkpoint,
) -> Result<(), CheckpointError> {
    let weights = flattened(checkpoint, &entries(trainer.params(), ""))?;
    trainer.params_mut().flat_mut().copy_from_slice(&weights);
    Ok(())
}

/// Sets weights and optimizer to where the run begins or goes on.
///
/// # Errors
/// When a file holds other tensors than the model's.
pub(super) fn begin(trainer: &mut Trainer<f32>, start: Start<'_>) -> Result<(), CheckpointError> {
    let loaded = match start {
        Start::Fresh { init: None } => return Ok(()),
        Start::Fresh { init: Some((_, weights)) } => return take_weights(trainer, weights),
        Start::Resume(loaded) => loaded,
    };
    take_weights(trainer, &loaded.weights)?;
    let mut moments = entries(trainer.params(), FIRST);
    moments.extend(entries(trainer.params(), SECOND));
    let moments = flattened(&loaded.optimizer, &moments)?;
    let (first, second) = moments.split_at(moments.len() / 2);
    trainer.adam_mut().restore(loaded.record.steps, first, second);
    Ok(())
}

/// Saves the state after `steps` steps and returns the hash of the weights.
///
/// # Errors
/// When a file can't be written.
pub(super) fn save(
    directory: &RunDirectory,
    trainer: &Trainer<f32>,
    steps: u64,
    origin: Origin,
    logs: impl IntoIterator<Item = (String, FileDigest)>,
) -> Result<String, FileError> {
    let parts = parts(trainer);
    let [weights, first, second] = parts.each_ref().map(|(entries, flat)| {
        entries.iter().map(|entry| entry.tensor(flat)).collect::<Vec<NamedTensor<'_>>>()
    });
    let optimizer = [first, second].concat();
    saved::save(directory, State { steps, weights: &weights, optimizer: &optimizer }, origin, logs)
}

/// The name of the first tensor of weights or moments that holds a NaN or an infinity.
pub(super) fn first_non_finite(trainer: &Trainer<f32>) -> Option<String> {
    parts(trainer).into_iter().find_map(|(entries, flat)| {
        let at = flat.iter().position(|value| !value.is_finite())?;
        let entry = entries.into_iter().find(|entry| entry.range.contains(&at))?;
        Some(format!("{}[{}] is {}", entry.name, at - entry.range.start, flat[at]))
    })
}

/// Weights, first and second moments, each as entries and values.
fn parts(trainer: &Trainer<f32>) -> [(Vec<Entry>, &[f32]); 3] {
    let params = trainer.params();
    let (first, second) = trainer.adam().moments();
    [("", params.flat()), (FIRST, first), (SECOND, second)]
        .map(|(prefix, flat)| (entries(params, prefix), flat))
}

/// A tensor within a flat buffer that is laid out as the parameters.
struct Entry {
    name: String,
    shape: Shape,
    range: Range<usize>,
}

impl Entry {
    fn tensor<'a>(&'a self, flat: &'a [f32]) -> NamedTensor<'a> {
        let Self { name, shape, range } = self;
        NamedTensor { name, shape: shape.dims(), data: &flat[range.clone()] }
    }
}

fn entries(params: &Params<f32>, prefix: &str) -> Vec<Entry> {
    let entry = |id| Entry {
        name: format!("{prefix}{}", params.name(id)),
        shape: params.shape(id),
        range: params.range(id),
    };
    params.ids().map(entry).collect()
}

fn flattened(checkpoint: &Checkpoint, entries: &[Entry]) -> Result<Vec<f32>, CheckpointError> {
    let declared = entries.iter().map(|entry| (entry.name.as_str(), entry.shape.dims()));
    let tensors = checkpoint.require(declared)?;
    Ok(tensors.iter().flat_map(|tensor| &tensor.data).copied().collect())
}
