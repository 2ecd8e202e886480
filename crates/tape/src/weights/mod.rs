//! Weights on disk, in the safetensors format: [`Params::save`](crate::Params::save) and
//! [`Params::load`](crate::Params::load).
//!
//! The format: a little-endian u64 with the header's length; the header, a JSON object that gives
//! each tensor's `dtype`, `shape` and `data_offsets`; then the tensors' bytes without gaps.

mod error;
mod load;
mod numbers;
mod replace;
mod save;

pub use error::WeightsError;
