//! Seeing a backward pass: a graph with all its values and gradients, as a page that steps backwards.

mod layout;
mod norm;
mod options;
mod page;
mod passes;
mod picture;
mod record;
mod result;
mod setting;
mod tensor;
mod view;

pub use norm::norm;
pub use options::TraceOptions;
pub use page::TracePage;
pub use result::{Arrived, Contribution, Node, Pass, RegionNorms, RegionSeen, Shares, Trace};
pub use tensor::{Number, Squares, Tensor};
