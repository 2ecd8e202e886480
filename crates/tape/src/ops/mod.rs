//! The ops. Each file holds one: its shape rule, forward, backward, surrogate if its backward is
//! not the derivative of its forward, and the method of [`Graph`](crate::Graph) that applies it.
//! To add one, copy the file that resembles it and add a `mod` line here.

pub mod map;
mod select;
pub mod zip;

mod abs;
mod affine;
mod exp;
mod ln;
mod relu;
mod sigmoid;
mod sqrt;
mod tanh;

mod add;
mod div;
mod mul;
mod sub;

mod concat_columns;
mod reshape;
mod slice_columns;

mod linear;
mod matmul;

mod standardize;
mod sum;
mod sum_axis;

mod cross_entropy;
mod sample_error;
mod weighted_sum;

mod ablate;
mod detach;
mod route;

pub use linear::{Activation, Input, LinearOptions};
