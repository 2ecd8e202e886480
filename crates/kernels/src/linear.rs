//! The linear layer and its gradients. All arrays are row-major and contiguous, in PyTorch's
//! layout: `x` `[n, i]`, `w` `[o, i]`, `bias` `[o]`, `y` and `dy` `[n, o]`.

mod layer;
mod sample_squares;
mod shape;

pub use layer::{backward_bias, backward_input, backward_weight, forward};
pub use sample_squares::{bias_squares, weight_squares};
pub use shape::{Affine, LinearShape};
