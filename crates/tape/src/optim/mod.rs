//! Optimizers: from gradients to new parameters.

mod adam;
mod sgd;
mod trained;

pub use adam::{Adam, AdamOptions, Decay};
pub use sgd::Sgd;
pub use trained::MissingGradient;
