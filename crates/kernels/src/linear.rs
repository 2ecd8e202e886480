//! The linear layer and its gradients. All arrays are row-major and contiguous, in PyTorch's
//! layout: `x` `[n, i]`, `w` `[o, i]`, `bias` `[o]`, `y` and `dy` `[n, o]`.

mod layer;
mod shape;
mod update_weighted;

pub use layer::{backward_bias, backward_input, backward_weight, forward};
pub use shape::{Affine, LinearShape};
pub use update_weighted::{backward_bias_update_weighted, backward_weight_update_weighted};
