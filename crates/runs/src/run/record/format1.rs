//! Records as they were before there were several experiments.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::run::digest::FileDigest;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordFormat1 {
    pub format: u32,
    pub steps: u64,
    pub weights_sha256: String,
    pub origin: OriginFormat1,
    pub weights: FileDigest,
    pub optimizer: FileDigest,
    pub logs: BTreeMap<String, FileDigest>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OriginFormat1 {
    pub configuration_sha256: String,
    pub data: DataFormat1,
    pub init: Option<String>,
    pub started: String,
    pub resumed: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DataFormat1 {
    pub directory: String,
    pub canonical_mnist: bool,
    pub sha256: BTreeMap<String, String>,
}
