//! The terms of the loss.

use gradroute_runs::Step;
use gradroute_tape::{Graph, Real, Var};

use crate::autoencoder::halves::Half;

/// The terms of the loss on a graph, weights included; `None` stands for a term that this objective
/// does not have.
#[derive(Clone, Copy, Debug)]
pub struct LossTerms {
    /// The sum of `decoder`, `top`, `bottom`, `l1` and `correlation`.
    pub total: Var,
    /// The error of the decoder: the sum of `good`, `good_bad` and `bad`.
    pub decoder: Var,
    /// The decoder on the top half's digits; told apart where groups have means of their own.
    pub good: Option<Var>,
    /// The decoder on the bottom half's digits, for the top half; likewise.
    pub good_bad: Option<Var>,
    /// The decoder on the bottom half's digits, for the bottom half; likewise.
    pub bad: Option<Var>,
    /// Mean absolute error of the certificate on the top half.
    pub top: Var,
    /// Mean absolute error of the certificate on the bottom half.
    pub bottom: Var,
    /// The L1 penalty of the encoding; 0 without one.
    pub l1: Var,
    /// The correlation penalty of the encoding.
    pub correlation: Option<Var>,
    /// The encoding `[n, encoding]`, before the route.
    pub encoding: Var,
    /// The same standardized, if there is a correlation term: to say why the loss is not finite.
    pub(super) standardized: Option<Var>,
}

impl LossTerms {
    /// Names the terms to the step, and the halves of the encoding.
    pub fn tell<T: Real>(&self, g: &Graph<'_, T>, at: &Step<'_, T>) {
        for (name, term) in [
            ("decoder", Some(self.decoder)),
            ("good", self.good),
            ("good_bad", self.good_bad),
            ("bad", self.bad),
            ("top", Some(self.top)),
            ("bottom", Some(self.bottom)),
            ("l1", Some(self.l1)),
            ("correlation", self.correlation),
        ] {
            if let Some(term) = term {
                at.term(g, name, term);
            }
        }
        let dims = g.shape(self.encoding).dims()[1];
        at.regions(self.encoding, Half::BOTH.map(|half| (half.region(), half.dims(dims))));
    }

    /// The first dim of a finite encoding that does not vary over the batch, so that it has no
    /// correlation with anything; `None` if there is no such dim or no correlation term.
    pub fn constant_dim<T: Real>(&self, g: &Graph<'_, T>) -> Option<usize> {
        let standardized = self.standardized?;
        if !g.value(self.encoding).iter().all(|z| z.is_finite()) {
            return None;
        }
        let dims = g.shape(self.encoding).dims()[1];
        let at = g.value(standardized).iter().position(|z| !z.is_finite())?;
        Some(at % dims)
    }
}
