//! The ops. Each file holds one: its shape rule, forward, backward, surrogate if its backward is
//! not the derivative of its forward, and the method of [`Graph`](crate::Graph) that applies it.
//! To add one, copy the file that resembles it and add a `mod` line here.

mod classes;
pub mod map;
pub(crate) mod select;
pub mod zip;

mod abs;
mod affine;
mod exp;
mod gelu;
mod ln;
mod relu;
mod sigmoid;
mod silu;
mod softplus;
mod sqrt;
mod tanh;

mod add;
mod div;
mod mul;
mod sub;

mod concat_columns;
mod embedding;
mod permute;
mod pick;
mod reshape;
mod slice_columns;

mod conv2d;
mod linear;
mod matmul;
mod pool2d;

mod extreme;
mod layer_norm;
mod log_softmax;
mod masked_mean;
mod softmax;
mod standardize;
mod sum;
mod sum_axis;

mod binary_cross_entropy;
mod cross_entropy;
mod entropy;
mod sample_error;
mod weighted_sum;

mod ablate;
mod detach;
mod dropout;
mod route;

pub use linear::{Activation, Input, LinearOptions};
