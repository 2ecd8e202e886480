//! Layers: named parameters, and the ops that use them.

mod attention;
mod conv2d;
mod embedding;
mod init;
mod layer_norm;
mod linear;
mod mlp;
mod transformer_block;

pub use attention::Attention;
pub use conv2d::Conv2d;
pub use embedding::Embedding;
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use mlp::Mlp;
pub use transformer_block::{Place, TransformerBlock};
