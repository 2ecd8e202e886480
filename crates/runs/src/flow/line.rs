//! What is kept of a step.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A line of `flow.jsonl`: what the groups did in a step, and since the start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowLine {
    /// The step, from 0; shares are those after its update.
    pub step: u64,
    /// By region of parameters.
    pub regions: BTreeMap<String, OfRegion>,
}

/// What the groups did to a region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfRegion {
    /// The norm of each group's gradient; a group that does not reach the region is not in it.
    pub norms: BTreeMap<String, f64>,
    /// The cosine between the gradients of two groups, by `first, second`; none where one is 0.
    pub cosines: BTreeMap<String, f64>,
    /// The share of each group in the movement since the start, that of `decay`, and the `rest`; empty where
    /// the region has not moved.
    pub shares: BTreeMap<String, f64>,
    /// How far the region is from where it started.
    pub moved: f64,
}
