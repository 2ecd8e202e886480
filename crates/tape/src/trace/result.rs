//! What a trace holds. Field by field it is the JSON that the page reads.

use gradroute_kernels::Real;
use serde::Serialize;

use super::tensor::{Number, Tensor};
use crate::op::Rule;

/// A graph with its values, and the way back from each term of a loss, node by node: what
/// [`Graph::to_html`](crate::Graph::to_html) shows and [`TracePage::to_json`](crate::TracePage::to_json) writes.
///
/// A *selection* is whose share of a gradient is looked at: that of all samples, of a group, of what belongs
/// to no sample, or of one sample. Lists "by selection" go by [`Trace::selections`], and have null where
/// nothing arrives.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(bound = "")]
pub struct Trace<T: Real> {
    /// `f32` or `f64`.
    pub precision: &'static str,
    /// `all`, the groups, `no sample`, then `sample 0`, `sample 1` and so on. Where values count different
    /// samples, there is `not told apart` in place of the last ones.
    pub selections: Vec<String>,
    /// The group of each sample, by number; empty without groups.
    pub of_samples: Vec<u8>,
    /// The nodes in order of creation.
    pub nodes: Vec<Node<T>>,
    /// The way back from each term.
    pub passes: Vec<Pass<T>>,
    /// Parts of the network.
    pub regions: Vec<RegionSeen>,
}

/// A node of the graph, and its value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(bound = "")]
pub struct Node<T: Real> {
    /// The op's name; `input` or `param` for leaves.
    pub op: &'static str,
    /// Its attributes in words.
    pub attributes: String,
    /// What it was applied to, by number.
    pub operands: Vec<usize>,
    /// For each operand, whether a gradient can flow to it.
    pub passes: Vec<bool>,
    /// The extents of the value.
    pub shape: Vec<usize>,
    /// Whether axis 0 counts samples.
    pub carries_samples: bool,
    /// Whether the value depends on samples.
    pub depends_on_samples: bool,
    /// The label scope.
    pub label: String,
    /// The source line, as `ops/add.rs:20`.
    pub at: String,
    /// The parameter's name.
    pub param: Option<String>,
    /// Whether a gradient can reach it.
    pub needs_grad: bool,
    /// Whether it decides which gradients pass.
    pub routes: bool,
    /// What it does.
    pub rule: Rule,
    /// The masks of its update weights, by number.
    pub update_weights: Vec<usize>,
    /// The value.
    pub value: Tensor<T>,
}

/// The way back from a term.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(bound = "")]
pub struct Pass<T: Real> {
    /// The term's name.
    pub term: String,
    /// Its node.
    pub node: usize,
    /// Its value.
    pub value: Number<T>,
    /// The nodes that a gradient arrives at, in the order in which their gradients are whole.
    pub steps: Vec<Arrived<T>>,
}

/// A node's gradient, and what each of its uses contributed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(bound = "")]
pub struct Arrived<T: Real> {
    /// The node.
    pub node: usize,
    /// The gradient of the term with respect to its value: the adjoint.
    pub gradient: Shares<T>,
    /// What came by each use of the value, in order of arrival; none of the term's own node.
    pub contributions: Vec<Contribution<T>>,
}

/// What one use of a value contributed to its gradient.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(bound = "")]
pub struct Contribution<T: Real> {
    /// The node that used it.
    pub from: usize,
    /// As which of its operands.
    pub position: usize,
    /// What it contributed; null if it is the only use, as that is the gradient itself.
    pub share: Option<Shares<T>>,
    /// For each region that lies in the value, its norm there.
    pub regions: Vec<RegionNorms>,
}

/// A gradient, by selection.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(bound = "")]
pub struct Shares<T: Real> {
    /// That of all samples. Where axis 0 counts samples, row `i` is sample `i`'s share.
    pub all: Tensor<T>,
    /// Norms by selection.
    pub norms: Vec<Option<Number<f64>>>,
    /// The others' numbers by selection, where they are no rows of `all`; empty where they are.
    pub parts: Vec<Option<Tensor<T>>>,
}

/// Norms in a region, by selection.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RegionNorms {
    /// The region, by number.
    pub region: usize,
    /// Norms by selection.
    pub norms: Vec<Option<Number<f64>>>,
}

/// A part of the network, and what arrives there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RegionSeen {
    /// Its name.
    pub name: String,
    /// The nodes in which it lies.
    pub nodes: Vec<usize>,
    /// The columns of the value, from and to before; null if it lies in parameters.
    pub columns: Option<[usize; 2]>,
    /// The groups that must not teach it, by number.
    pub closed_to: Vec<usize>,
    /// Norms of what arrives, by term, then by selection.
    pub norms: Vec<Vec<Option<Number<f64>>>>,
}
