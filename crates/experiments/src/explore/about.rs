//! What can be set and seen of a model.

use gradroute_runs::images::{Dataset, each_batch};
use gradroute_tape::Real;
use serde::Serialize;

use super::{Explored, Group, Output};

/// Samples that are encoded at a time.
const BATCH: usize = 500;
/// Of a thousand test images, how many have a dim below the range of its slider, and how many above.
const BEYOND: usize = 5;

/// What the panel is made of.
#[derive(Serialize)]
pub(super) struct About {
    /// Rows and columns of an image.
    size: [usize; 2],
    /// Pixels that are black and white.
    range: [f64; 2],
    groups: Vec<Group>,
    outputs: Vec<Output>,
    /// For each dim, between which values all but one in a hundred test images are.
    dims: Vec<[f64; 2]>,
    /// The labels of the test images.
    labels: Vec<u8>,
}

/// Looks at the whole test set.
pub(super) fn about<T: Real, M: Explored<T>>(model: &mut M, test: &Dataset) -> About {
    let mut encodings = Vec::new();
    each_batch(test, BATCH, |pixels, _| encodings.extend(model.encode(pixels)));
    let dims = encodings.len() / test.len();
    let range = |dim: usize| {
        let mut values: Vec<f64> =
            encodings.iter().skip(dim).step_by(dims).map(|value| value.to_f64()).collect();
        values.sort_by(f64::total_cmp);
        let beyond = values.len() * BEYOND / 1000;
        [values[beyond], values[values.len() - 1 - beyond]]
    };
    About {
        size: [test.rows(), test.columns()],
        range: M::RANGE,
        groups: model.groups(),
        outputs: model.outputs(),
        dims: (0..dims).map(range).collect(),
        labels: test.labels().to_vec(),
    }
}
