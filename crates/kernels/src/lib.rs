//! Kernels of gradroute: slices in, slices out, the same bits at every thread count and
//! instruction set.

pub mod adam;
pub mod elementwise;
mod isa;
pub mod linear;
mod math;
pub mod matmul;
mod matrix;
pub mod peak;
mod product;
pub mod random;
mod real;
pub mod reduce;
mod scratch;
pub mod softmax;
pub mod tasks;
mod vector;
mod write;

pub use isa::{Isa, UnknownIsa};
pub use matrix::Matrix;
pub use real::Real;
pub use write::Write;
