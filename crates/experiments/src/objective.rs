//! What is minimised: the terms of the loss, and how they hang on the model.

use gradroute_tape::{Graph, Real, Var};

use crate::config;
use crate::model::Autoencoder;

/// The terms of the loss as values on a graph.
#[derive(Clone, Copy, Debug)]
pub struct LossTerms {
    /// The sum of the others.
    pub total: Var,
    /// Mean absolute error of the decoder.
    pub decoder: Var,
    /// Mean absolute error of the certificate on the top half.
    pub top: Var,
    /// Mean absolute error of the certificate on the bottom half.
    pub bottom: Var,
    /// The L1 term, weight included.
    pub l1: Var,
}

/// The loss terms as numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Losses<T> {
    /// The sum of the others.
    pub total: T,
    /// Mean absolute error of the decoder.
    pub decoder: T,
    /// Mean absolute error of the certificate on the top half.
    pub top: T,
    /// Mean absolute error of the certificate on the bottom half.
    pub bottom: T,
    /// The L1 term, weight included.
    pub l1: T,
}

impl LossTerms {
    /// Reads the numbers.
    pub fn values<T: Real>(&self, g: &Graph<'_, T>) -> Losses<T> {
        Losses {
            total: g.scalar(self.total),
            decoder: g.scalar(self.decoder),
            top: g.scalar(self.top),
            bottom: g.scalar(self.bottom),
            l1: g.scalar(self.l1),
        }
    }
}

/// Records the replication's loss on a batch of `pixels` `[n, pixels]` in `[0, 1]`.
///
/// The encoding is routed by `mask` `[n, encoding]` on its way to the decoder; without a mask it
/// goes there as it is. The certificates see it detached. The L1 penalty acts on the encoding
/// *before* the route: it reaches dims that the route blocks.
///
/// # Panics
/// If shapes do not fit the model.
#[track_caller]
pub fn record<T: Real>(
    g: &Graph<'_, T>,
    model: &Autoencoder,
    loss: &config::Loss,
    pixels: Var,
    mask: Option<Var>,
) -> LossTerms {
    let images = model.images(g, pixels);
    let z = model.encode(g, pixels);
    let routed = mask.map_or(z, |mask| g.route(z, mask));
    let reconstruction = model.decode(g, routed);
    let [from_top, from_bottom] = model.certify(g, z);

    let _scope = g.scope("loss");
    let decoder = g.mean_absolute_error(reconstruction, images);
    let top = g.mean_absolute_error(from_top, images);
    let bottom = g.mean_absolute_error(from_bottom, images);
    let divisor = match loss.l1_divisor {
        0 => g.shape(pixels).dims()[0],
        constant => constant,
    };
    let l1 = g.scale(g.l1_norm(z), loss.l1 / divisor as f64);
    let total = g.add(g.add(g.add(decoder, top), bottom), l1);
    LossTerms { total, decoder, top, bottom, l1 }
}
