//! Sums and means.

use proptest::prelude::*;

use super::point::{confirm, normal};
use super::shapes::{any_dims, filled_dims};

/// Extents of at least one axis, and one of the axes.
fn dims_and_axis() -> impl Strategy<Value = (Vec<usize>, usize)> {
    any_dims()
        .prop_filter("needs an axis", |dims| !dims.is_empty())
        .prop_flat_map(|dims| (Just(dims.clone()), 0..dims.len()))
}

proptest! {
    #[test]
    fn sum(dims in any_dims(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, _| g.sum(x[0]));
    }

    #[test]
    fn mean(dims in filled_dims(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, _| g.mean(x[0]));
    }

    #[test]
    fn l1_norm(dims in any_dims(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, _| g.l1_norm(x[0]));
    }

    #[test]
    fn sum_axis((dims, axis) in dims_and_axis(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, _| g.sum_axis(x[0], axis));
    }

    #[test]
    fn mean_axis((dims, axis) in dims_and_axis(), seed: u64) {
        let mut dims = dims;
        dims[axis] = dims[axis].max(1);
        confirm(seed, &[normal(&dims)], |g, x, _| g.mean_axis(x[0], axis));
    }
}

#[test]
fn sums_and_means_along_each_of_four_axes() {
    let dims = [2, 3, 1, 4];
    for axis in 0..4 {
        confirm(axis as u64, &[normal(&dims)], |g, x, _| {
            let sums = g.sum_axis(x[0], axis);
            let expected: Vec<usize> =
                (0..4).filter(|&other| other != axis).map(|other| dims[other]).collect();
            assert_eq!(g.shape(sums).dims(), expected);
            g.mul(sums, g.mean_axis(g.tanh(x[0]), axis))
        });
    }
}
