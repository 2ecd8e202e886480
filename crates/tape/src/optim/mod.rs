//! Optimizers, and what goes with them: clipping ([`Gradients::clip`](crate::Gradients::clip)) and
//! learning rates over time.

mod adam;
mod movement;
mod part;
mod schedule;
mod sgd;
mod trained;

pub use adam::{Adam, AdamOptions, Decay};
pub use movement::Movement;
pub use part::Part;
pub use schedule::{cosine, warm_up};
pub use sgd::Sgd;
pub use trained::{MissingGradient, UpdateError};
