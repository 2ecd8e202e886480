//! The linear layer and its gradients. All arrays are row-major and contiguous, in PyTorch's
//! layout: `x` `[n, i]`, `w` `[o, i]`, `bias` `[o]`, `y` and `dy` `[n, o]`.

mod layer;
mod of_samples;
mod shape;

pub use layer::{backward_bias, backward_input, backward_weight, forward};
pub use of_samples::{backward_bias_of_samples, backward_weight_of_samples};
pub use shape::{Affine, LinearShape};
