//! Everything that a run is between two steps, seen by one visitor that saves and restores it.

mod digest;
mod error;
pub(crate) mod finite;
mod layout;
mod snapshot;
mod tensors;
mod text;
mod visit;
mod visitor;

pub use digest::digest;
pub use error::StateError;
pub use snapshot::Snapshot;
pub use visitor::State;
pub(crate) use visitor::joined;

pub(crate) use layout::{Entry, Layout, Parameters};
pub(crate) use tensors::{FromTensors, Restoring, Writing};
pub(crate) use visit::{FLOW, Part, Visit};
