//! The loss of a step.

use gradroute_tape::{Graph, Real, Var};

use super::DIGITS;
use super::config::Loss;
use super::network::{Heads, Network};

/// A batch as values of a graph.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// `[n, pixels]` in `[0, 1]`.
    pub pixels: Var,
    /// Normal noise `[n, 10]`.
    pub noise: Var,
    /// Which dims each sample's reconstruction may teach, `[n, 10]`; none for all.
    pub mask: Option<Var>,
}

/// What the loss is made of.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The squared distance of an image and its reconstruction, mean over the batch, times its
    /// weight.
    pub reconstruction: Var,
    /// The mean over samples and dims of mean^2 + exp(c) - c, times its weight.
    pub penalty: Var,
    /// The heads' values.
    pub heads: Heads,
}

/// The mask of samples with these `labels`: each may teach the dim of its own digit.
pub fn own_dims<T: Real>(g: &Graph<'_, T>, labels: &[u8]) -> Var {
    g.label_mask(labels, DIGITS, |digit, dim| usize::from(digit) == dim)
}

/// Records the loss of a batch. Only the reconstruction is routed: the penalty pulls at all dims
/// of every sample, or the dims that a digit does not teach would stay as they are for it.
///
/// The penalty stands where other VAEs have a Kullback-Leibler divergence, and is none: `c` is a
/// factor here and not a logarithm. Its minimum is at mean = 0 and c = 0, so it takes the noise
/// away, not towards 1.
pub fn record<T: Real>(
    g: &Graph<'_, T>,
    network: &Network,
    loss: &Loss,
    Batch { pixels, noise, mask }: Batch,
) -> Terms {
    let heads = network.encode(g, pixels);
    let z = heads.sample(g, noise);
    let routed = mask.map_or(z, |mask| g.route(z, mask));
    let reconstruction = reconstruction(g, network.decode(g, routed), pixels, loss);
    Terms { reconstruction, penalty: penalty(g, heads, loss), heads }
}

/// Weight times the mean over the batch of the squared distance.
pub fn reconstruction<T: Real>(g: &Graph<'_, T>, decoded: Var, pixels: Var, loss: &Loss) -> Var {
    let columns = g.shape(pixels).dims()[1];
    g.scale(g.mean_squared_error(decoded, pixels), loss.reconstruction * columns as f64)
}

/// Weight times the mean of mean^2 + exp(c) - c.
pub fn penalty<T: Real>(g: &Graph<'_, T>, Heads { mean, c }: Heads, loss: &Loss) -> Var {
    let each = g.add(g.mul(mean, mean), g.sub(g.exp(c), c));
    g.scale(g.mean(each), loss.penalty)
}
