//! `routing.rule = "soft:F"`: each term teaches its half, and the other one by a factor.

use gradroute_runs::config::fits_32_bits;

use super::rule::{Rule, Sample};
use crate::autoencoder::halves::Half;

/// 1 on the half that the term is to teach, a factor on the other: 0 is the paper's rule, 1 is no
/// routing, below 0 the other half is taught to do worse.
#[derive(Clone, Copy, Debug)]
pub struct Soft {
    /// The factor.
    pub factor: f64,
}

impl Rule for Soft {
    fn weights(&self, _: Sample, half: Half, weights: &mut [f64]) {
        let own = half.dims(weights.len());
        weights.fill(self.factor);
        weights[own].fill(1.0);
    }
}

/// The rule, which takes a factor that 32 bits hold.
pub(super) fn make(number: Option<f64>, _: u64) -> Option<Box<dyn Rule>> {
    let factor = number.filter(|&factor| fits_32_bits(factor))?;
    Some(Box::new(Soft { factor }))
}
