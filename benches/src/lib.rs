//! How fast: one whole training step, and what it is made of.

pub mod flops;
pub mod median;
pub mod memory;
pub mod products;
