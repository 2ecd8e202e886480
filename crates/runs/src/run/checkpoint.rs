//! Weights on disk, in the safetensors format with PyTorch's names and layout,
//! so that `state_dict` takes them as they are.
//!
//! The format (safetensors, "Format"): a little-endian u64 with the header's
//! length; the header, a JSON object that gives each tensor's `dtype`, `shape`
//! and `data_offsets`; then the tensors' bytes without gaps. Tensors stand in
//! declared order, so the hash of the bytes is the hash of the weights. Of its
//! free metadata we use one key, holding an object with sorted keys, and in that
//! `data_sha256`, by which a damaged file is known.
//!
//! A file holds one group of tensors: an optimizer's moments belong into a file
//! of their own beside the weights, or PyTorch would refuse the extra names.

mod error;
mod fit;
mod header;
mod load;
mod metadata;
mod save;

pub use error::CheckpointError;
pub use load::{Checkpoint, Tensor};
pub use metadata::{DATA_SHA256, Metadata};
pub(crate) use save::write;
pub use save::{NamedTensor, Saved, save, weights_sha256};

#[cfg(test)]
mod tests;
