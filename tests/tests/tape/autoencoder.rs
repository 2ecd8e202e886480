//! The structure of the MNIST replication at any size: an encoder whose output is routed into a
//! decoder, two certificates that see a detached half each, and an L1 penalty before the route.

use gradroute_kernels::random::Stream;
use gradroute_tape::layers::Mlp;
use gradroute_tape::{Graph, Params, Real, Var};

pub struct Autoencoder {
    encoder: Mlp,
    decoder: Mlp,
    top: Mlp,
    bottom: Mlp,
    encoding: usize,
}

impl Autoencoder {
    pub fn new<T: Real>(
        params: &mut Params<T>,
        pixels: usize,
        hidden: &[usize],
        encoding: usize,
        seed: u64,
    ) -> Self {
        let down: Vec<usize> =
            std::iter::once(pixels).chain(hidden.iter().copied()).chain([encoding]).collect();
        let up = |from: usize| -> Vec<usize> {
            std::iter::once(from).chain(hidden.iter().rev().copied()).chain([pixels]).collect()
        };
        Self {
            encoder: Mlp::new(params, "encoder", &down, false, seed),
            decoder: Mlp::new(params, "decoder", &up(encoding), true, seed),
            top: Mlp::new(params, "top_certificate", &up(encoding / 2), true, seed),
            bottom: Mlp::new(params, "bottom_certificate", &up(encoding / 2), true, seed),
            encoding,
        }
    }

    /// The total loss of `images` `[n, pixels]` under the mask `[n, encoding]`.
    pub fn loss<T: Real>(&self, g: &Graph<'_, T>, images: Var, mask: Var, l1: f64) -> Var {
        let z = self.encoder.forward(g, images);
        let decoded = self.decoder.forward(g, g.route(z, mask));
        let half = self.encoding / 2;
        let top = self.top.forward(g, g.detach(g.slice_columns(z, half..self.encoding)));
        let bottom = self.bottom.forward(g, g.detach(g.slice_columns(z, 0..half)));
        let reconstructions = g.add(
            g.mean_absolute_error(decoded, images),
            g.add(g.mean_absolute_error(top, images), g.mean_absolute_error(bottom, images)),
        );
        g.add(reconstructions, g.scale(g.l1_norm(z), l1))
    }
}

/// Images in [-1, 1], and masks that give each sample one half of the encoding.
pub fn batch<T: Real>(n: usize, pixels: usize, encoding: usize, seed: u64) -> (Vec<T>, Vec<T>) {
    let mut stream = Stream::new(seed, "images", 0);
    let images = (0..n * pixels).map(|_| T::from_f64(2.0 * stream.uniform() - 1.0)).collect();
    let mut stream = Stream::new(seed, "halves", 0);
    let mut mask = Vec::with_capacity(n * encoding);
    for _ in 0..n {
        let bottom = stream.below(2) == 0;
        mask.extend(
            (0..encoding).map(|dim| if (dim < encoding / 2) == bottom { T::ONE } else { T::ZERO }),
        );
    }
    (images, mask)
}
