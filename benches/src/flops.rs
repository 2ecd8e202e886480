//! How much arithmetic a training step is.

use gradroute::autoencoder::config::Config;

/// Floating-point operations of one training step on `batch` samples of `pixels` pixels: the
/// products of the linear layers, forward, for the gradient of every weight, and for the gradient
/// of every input that is needed (not of the pixels, and not of the certificates' inputs, which
/// are detached). The decoder counts once for each time that it runs: twice if there are two, or
/// under partial routing. A multiplication and an addition count as two. Everything else is small.
pub fn step(config: &Config, pixels: usize, batch: usize) -> f64 {
    let model = &config.model;
    let decodings = if model.separate_decoders || config.routing.is_partial() { 2 } else { 1 };
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
        + decodings * multiplications(&outward, true)
        + 2 * multiplications(&certificate, false);
    2.0 * batch as f64 * all as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    use gradroute::autoencoder::Autoencoder;
    use gradroute_runs::Experiment;
    use gradroute_runs::config::Request;

    fn gflop(preset: &str) -> f64 {
        let resolved = <Autoencoder as Experiment>::resolve(&Request::preset(preset, &[]));
        (step(&resolved.unwrap().config, 784, 2048) / 1e8).round() / 10.0
    }

    #[test]
    fn a_full_step_of_the_seed_is_124_4_gflop_and_a_second_decoder_counts_too() {
        assert_eq!(gflop("seed"), 124.4);
        let decoder = 6.0 * 2048.0 * (32 * 512 + 512 * 2048 + 2048 * 784) as f64 / 1e9;
        let both = gflop("paper-separate-decoders");
        assert!((both - 124.4 - decoder).abs() < 0.11, "{both}");
    }
}
