//! Where the first value that is not finite came from.

use std::fmt;

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Kind;
use crate::params::ParamId;

/// The first node of a graph with a NaN or an infinity in its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NonFinite {
    /// Position on the tape.
    pub node: usize,
    /// The op, or `input`, or `param` with its name.
    pub op: String,
    /// The label scope; empty outside any.
    pub label: String,
    /// The source line that applied the op, `file:line:column`.
    pub location: String,
    /// The first bad sample, if the value's axis 0 counts samples.
    pub sample: Option<usize>,
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.op)?;
        if !self.label.is_empty() {
            write!(f, " in `{}`", self.label)?;
        }
        write!(f, " ({}", self.location)?;
        if let Some(sample) = self.sample {
            write!(f, ", first at sample {sample} of the batch")?;
        }
        f.write_str(")")
    }
}

impl<T: Real> Graph<'_, T> {
    /// Looks through all values, in order of creation, for the first that holds a NaN or an
    /// infinity. Reads everything the graph holds: for use once something went wrong.
    pub fn first_non_finite(&self) -> Option<NonFinite> {
        let state = self.state.borrow();
        let memory = state.memory(self.params);
        state.tape.nodes.iter().enumerate().find_map(|(index, node)| {
            let value = memory.read(node.place, node.shape.len());
            let at = value.iter().position(|v| !v.is_finite())?;
            let (_, row) = node.shape.rows();
            Some(NonFinite {
                node: index,
                op: match node.kind {
                    Kind::Param(p) => format!("param `{}`", self.params.name(ParamId(p))),
                    Kind::Input | Kind::Apply(_) => node.op_name().to_owned(),
                },
                label: state.tape.labels.path(node.label),
                location: node.location.to_string(),
                sample: node.shape.carries_samples().then(|| at / row),
            })
        })
    }
}
