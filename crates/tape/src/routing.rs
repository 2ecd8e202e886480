//! What samples may teach, and what they taught: all of it where gradients leave the samples, in the walk
//! of `pass`.

pub mod edges;
pub mod groups;
pub mod permission;
pub mod sample_norms;
pub mod seen;
pub mod some_samples;
pub mod update;
