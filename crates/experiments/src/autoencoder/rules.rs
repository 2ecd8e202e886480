//! Routing rules: which dims of the encoding a sample may teach.

mod halves;
mod mask;
mod random;
mod registry;
mod rule;
mod soft;

pub use halves::Halves;
pub use mask::MaskTable;
pub use random::{RandomDigit, RandomSample};
pub use registry::{Named, RULES, drawn, rule, unusual};
pub use rule::{Rule, Sample};
pub use soft::Soft;
