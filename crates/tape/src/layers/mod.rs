//! Layers: named parameters, and the ops that use them.

mod linear;
mod mlp;

pub use linear::Linear;
pub use mlp::Mlp;
