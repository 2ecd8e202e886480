//! How much arithmetic a training step is.

use gradroute::autoencoder::config::Model;

/// Floating-point operations of one training step on `batch` samples of `pixels` pixels: the
/// products of the linear layers, forward, for the gradient of every weight, and for the gradient
/// of every input that is needed (not of the pixels, and not of the certificates' inputs, which
/// are detached). A multiplication and an addition count as two. Everything else is small.
pub fn step(model: &Model, pixels: usize, batch: usize) -> f64 {
    let inward: Vec<usize> =
        [pixels].into_iter().chain(model.hidden.iter().copied()).chain([model.encoding]).collect();
    let outward: Vec<usize> = inward.iter().rev().copied().collect();
    let certificate: Vec<usize> =
        [model.encoding / 2].into_iter().chain(outward[1..].iter().copied()).collect();
    let multiplications = |widths: &[usize], first_input_needs_gradient: bool| {
        let layers = widths.windows(2).map(|pair| pair[0] * pair[1]);
        let spared = if first_input_needs_gradient { 0 } else { widths[0] * widths[1] };
        3 * layers.sum::<usize>() - spared
    };
    let all = multiplications(&inward, false)
        + multiplications(&outward, true)
        + 2 * multiplications(&certificate, false);
    2.0 * batch as f64 * all as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_step_of_the_seed_is_124_4_gflop() {
        let seed = Model { hidden: vec![2048, 512], encoding: 32, separate_decoders: false };
        assert_eq!((step(&seed, 784, 2048) / 1e8).round(), 1244.0);
    }
}
