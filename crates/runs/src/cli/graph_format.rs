//! The formats of `graph`.

use clap::ValueEnum;

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// A page that steps through the backward pass
    Html,
    /// A picture; above 60 nodes, each label scope is one box
    Svg,
    /// A picture in Graphviz's language, with all nodes
    Dot,
    /// Nodes, values and gradients as numbers
    Json,
}
