//! Slices, concatenations and reshapes.

use proptest::collection::vec;
use proptest::prelude::*;

use super::point::{confirm, normal};
use super::shapes::{any_dims, extent};

proptest! {
    #[test]
    fn slice_columns(rows in extent(), cuts in [0usize..=5, 0..=5, 0..=5], seed: u64) {
        let mut cuts = cuts;
        cuts.sort();
        let [start, end, columns] = cuts;
        confirm(seed, &[normal(&[rows, columns])], |g, x, _| g.slice_columns(x[0], start..end));
    }

    #[test]
    fn concat_columns(rows in extent(), columns in vec(extent(), 1..=4), seed: u64) {
        let operands: Vec<_> = columns.iter().map(|&c| normal(&[rows, c])).collect();
        confirm(seed, &operands, |g, x, _| g.concat_columns(x));
    }

    #[test]
    fn slices_side_by_side_are_the_whole(rows in extent(), columns in vec(extent(), 1..=4), seed: u64) {
        let total = columns.iter().sum();
        confirm(seed, &[normal(&[rows, total])], |g, x, _| {
            let mut start = 0;
            let mut parts = Vec::new();
            for &c in &columns {
                parts.push(g.slice_columns(x[0], start..start + c));
                start += c;
            }
            let whole = g.concat_columns(&parts);
            assert_eq!(*g.value(whole), *g.value(x[0]));
            g.tanh(whole)
        });
    }

    #[test]
    fn overlapping_slices_add_up(rows in extent(), columns in 1usize..=5, seed: u64) {
        confirm(seed, &[normal(&[rows, columns])], |g, x, _| {
            let left = g.slice_columns(x[0], 0..columns - columns / 3);
            let right = g.slice_columns(x[0], columns / 3..columns);
            g.mul(left, right)
        });
    }

    #[test]
    fn reshape_to_one_axis_and_back(dims in any_dims(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, _| {
            let flat = g.reshape(x[0], &[dims.iter().product()]);
            g.reshape(g.mul(flat, flat), &dims)
        });
    }
}

#[test]
fn empty_parts_of_a_value_pass_no_gradient() {
    for seed in 0..8 {
        confirm(seed, &[normal(&[2, 3]), normal(&[2, 40])], |g, x, _| {
            let nothing = g.slice_columns(x[0], 1..1);
            let other = g.tanh(x[1]);
            let joined = g.concat_columns(&[nothing, other]);
            g.mul(joined, g.sigmoid(joined))
        });
    }
}
