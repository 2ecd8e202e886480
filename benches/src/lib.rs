//! How fast: one whole training step, and what it is made of.

// `deny` and not `forbid`, which `ndarray::s!` does not get past.
#![deny(unsafe_code)]

pub mod flops;
pub mod median;
pub mod memory;
pub mod products;
