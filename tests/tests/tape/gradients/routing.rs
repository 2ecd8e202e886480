//! Ops that decide which gradients pass, checked through their surrogates.

use proptest::prelude::*;

use super::point::{confirm, normal};
use super::shapes::{any_dims, broadcasting, extent, with_repeated};

proptest! {
    #[test]
    fn route_with_every_mask_that_broadcasts((full, mask) in with_repeated(), seed: u64) {
        confirm(seed, &[normal(&full)], |g, x, c| {
            g.tanh(g.route(g.sigmoid(x[0]), c.mask(g, "mask", &mask)))
        });
    }

    #[test]
    fn route_of_a_parameter((full, mask) in with_repeated(), seed: u64) {
        confirm(seed, &[normal(&full)], |g, x, c| g.route(x[0], c.mask(g, "mask", &mask)));
    }

    #[test]
    fn routes_one_after_another(dims in any_dims(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, c| {
            let once = g.route(g.tanh(x[0]), c.mask(g, "first", &dims));
            g.exp(g.route(g.sigmoid(once), c.mask(g, "second", &dims)))
        });
    }

    #[test]
    fn a_value_routed_into_one_consumer_and_not_into_another(
        (full, mask) in with_repeated(),
        seed: u64,
    ) {
        confirm(seed, &[normal(&full)], |g, x, c| {
            let z = g.tanh(x[0]);
            let routed = g.route(z, c.mask(g, "mask", &mask));
            g.add(g.mul(routed, g.sigmoid(z)), g.mul(routed, z))
        });
    }

    #[test]
    fn detach_in_one_of_two_uses(dims in any_dims(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, _| {
            let z = g.tanh(x[0]);
            g.mul(z, g.exp(g.detach(z)))
        });
    }

    #[test]
    fn ablate_with_broadcasting((value, mask) in broadcasting(), seed: u64) {
        confirm(seed, &[normal(&value)], |g, x, c| {
            g.tanh(g.ablate(x[0], c.mask(g, "mask", &mask)))
        });
    }

    #[test]
    fn update_weights_below_a_route(n in extent(), d in 1usize..=4, seed: u64) {
        confirm(seed, &[normal(&[n, d]), normal(&[d, d]), normal(&[d])], |g, x, c| {
            let (update, rows) = (g.as_samples(c.mask(g, "update", &[n])), g.as_samples(x[0]));
            let z = g.update_weighted(update, || g.linear(rows, x[1], Some(x[2])));
            g.tanh(g.route(z, c.mask(g, "mask", &[n, 1])))
        });
    }
}
