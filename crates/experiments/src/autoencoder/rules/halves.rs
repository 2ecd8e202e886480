//! `routing.rule = "halves"`: each term teaches its half and nothing else.

use super::rule::{Rule, Sample};
use crate::autoencoder::halves::Half;

/// 1 on the half that the term is to teach, 0 on the other: the paper's rule.
#[derive(Clone, Copy, Debug)]
pub struct Halves;

impl Rule for Halves {
    fn weights(&self, _: Sample, half: Half, weights: &mut [f64]) {
        let own = half.dims(weights.len());
        weights.fill(0.0);
        weights[own].fill(1.0);
    }
}

/// The rule, which takes no number.
pub(super) fn make(number: Option<f64>, _: u64) -> Option<Box<dyn Rule>> {
    number.is_none().then(|| Box::new(Halves) as Box<dyn Rule>)
}
