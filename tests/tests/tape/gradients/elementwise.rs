//! Functions of one element, and of two that broadcast.

use proptest::prelude::*;

use super::point::{confirm, normal, positive};
use super::shapes::{any_dims, broadcasting, with_repeated};

proptest! {
    #[test]
    fn relu(dims in any_dims(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, _| g.relu(x[0]));
    }

    #[test]
    fn sigmoid(dims in any_dims(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, _| g.sigmoid(x[0]));
    }

    #[test]
    fn tanh(dims in any_dims(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, _| g.tanh(x[0]));
    }

    #[test]
    fn exp(dims in any_dims(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, _| g.exp(x[0]));
    }

    #[test]
    fn ln(dims in any_dims(), seed: u64) {
        confirm(seed, &[positive(&dims)], |g, x, _| g.ln(x[0]));
    }

    #[test]
    fn sqrt(dims in any_dims(), seed: u64) {
        confirm(seed, &[positive(&dims)], |g, x, _| g.sqrt(x[0]));
    }

    #[test]
    fn abs(dims in any_dims(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, _| g.abs(x[0]));
    }

    #[test]
    fn affine(dims in any_dims(), seed: u64, factor in -3.0..3.0, shift in -3.0..3.0) {
        confirm(seed, &[normal(&dims)], |g, x, _| g.affine(x[0], factor, shift));
    }

    #[test]
    fn scale(dims in any_dims(), seed: u64, factor in -3.0..3.0) {
        confirm(seed, &[normal(&dims)], |g, x, _| g.scale(x[0], factor));
    }

    #[test]
    fn add_with_broadcasting((a, b) in broadcasting(), seed: u64) {
        confirm(seed, &[normal(&a), normal(&b)], |g, x, _| g.add(x[0], x[1]));
    }

    #[test]
    fn sub_with_broadcasting((a, b) in broadcasting(), seed: u64) {
        confirm(seed, &[normal(&a), normal(&b)], |g, x, _| g.sub(x[0], x[1]));
    }

    #[test]
    fn mul_with_broadcasting((a, b) in broadcasting(), seed: u64) {
        confirm(seed, &[normal(&a), normal(&b)], |g, x, _| g.mul(x[0], x[1]));
    }

    #[test]
    fn div_with_broadcasting((a, b) in broadcasting(), seed: u64) {
        confirm(seed, &[normal(&a), positive(&b)], |g, x, _| g.div(x[0], x[1]));
    }

    #[test]
    fn a_literal_operand_is_a_constant((full, small) in with_repeated(), seed: u64) {
        confirm(seed, &[normal(&full)], |g, x, c| g.mul(c.normal(g, "factor", &small), x[0]));
    }
}

#[test]
fn a_row_and_a_column_of_equal_length_broadcast_to_a_matrix() {
    for seed in 0..8 {
        let operands = [positive(&[3, 1]), positive(&[1, 3])];
        confirm(seed, &operands, |g, x, _| {
            let sum = g.add(x[0], x[1]);
            assert_eq!(g.shape(sum).dims(), [3, 3]);
            g.mul(g.sub(x[0], x[1]), g.div(sum, g.mul(x[1], x[0])))
        });
    }
}
