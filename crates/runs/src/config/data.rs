//! `[data]` of an experiment that trains on a data set.

use serde::{Deserialize, Serialize};

use super::train::zero_is_none;

/// Which samples are used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Only the first so many training samples; absent for all.
    #[serde(default, deserialize_with = "zero_is_none", skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}
