//! What a checkpoint says about itself.

use std::collections::BTreeMap;

use serde_json::Value;

/// What a checkpoint says about itself beside its tensors, such as the step.
pub type Metadata = BTreeMap<String, Value>;

/// The metadata key under which the file's hash is kept.
pub const DATA_SHA256: &str = "data_sha256";
