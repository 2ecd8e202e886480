//! Losses and their weights.

use gradroute_tape::Shape;
use proptest::prelude::*;

use super::point::{Constants, confirm, normal};
use super::shapes::{extent, filled_dims};

/// Extents `[n, ..]` with at least one element a row.
fn batch() -> impl Strategy<Value = Vec<usize>> {
    (extent(), filled_dims()).prop_map(|(n, rest)| {
        let rest = rest.iter().take(3);
        std::iter::once(n).chain(rest.copied()).collect()
    })
}

proptest! {
    #[test]
    fn absolute_error_by_prediction_and_target(dims in batch(), seed: u64) {
        let operands = [normal(&dims), normal(&dims)];
        confirm(seed, &operands, |g, x, _| g.absolute_error(x[0], x[1]));
    }

    #[test]
    fn squared_error_by_prediction_and_target(dims in batch(), seed: u64) {
        let operands = [normal(&dims), normal(&dims)];
        confirm(seed, &operands, |g, x, _| g.squared_error(x[0], x[1]));
    }

    #[test]
    fn mean_absolute_error(dims in batch(), seed: u64) {
        let mut dims = dims;
        dims[0] = dims[0].max(1);
        confirm(seed, &[normal(&dims)], |g, x, c| {
            g.mean_absolute_error(x[0], c.normal(g, "target", &dims))
        });
    }

    #[test]
    fn mean_squared_error(dims in batch(), seed: u64) {
        let mut dims = dims;
        dims[0] = dims[0].max(1);
        confirm(seed, &[normal(&dims)], |g, x, c| {
            g.mean_squared_error(x[0], c.normal(g, "target", &dims))
        });
    }

    #[test]
    fn softmax_cross_entropy(n in extent(), classes in 1usize..=6, seed: u64) {
        confirm(seed, &[normal(&[n, classes])], |g, x, c: Constants| {
            let class = |stream: &mut gradroute_kernels::random::Stream| {
                stream.below(classes as u64) as f64
            };
            g.softmax_cross_entropy(x[0], c.filled(g, "labels", &[n], class))
        });
    }

    #[test]
    fn weighted_sum(dims in batch(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, c| {
            g.weighted_sum(x[0], c.mask(g, "weights", &dims))
        });
    }

    #[test]
    fn weighted_samples_of_an_error(dims in batch(), seed: u64) {
        confirm(seed, &[normal(&dims), normal(&dims)], |g, x, c| {
            // One error a row; a value [n] counts as [n, 1].
            let weights = c.mask(g, "weights", &dims[..dims.len().max(2) - 1]);
            g.weighted_sum(g.squared_error(x[0], g.tanh(x[1])), weights)
        });
    }
}

#[test]
fn cross_entropy_is_finite_and_right_with_huge_logits() {
    let shift = [1000.0, -1000.0];
    for seed in 0..4 {
        confirm(seed, &[normal(&[2, 3])], |g, x, _| {
            let far = g.add(x[0], g.literal(Shape::new(&[2, 1]), &shift));
            let losses = g.softmax_cross_entropy(far, g.literal(Shape::new(&[2]), &[0.0, 2.0]));
            assert!(g.value(losses).iter().all(|loss| loss.is_finite()));
            losses
        });
    }
}
