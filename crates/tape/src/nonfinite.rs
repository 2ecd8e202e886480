//! Where the first value, or gradient, that is not finite came from.

use std::fmt;

use gradroute_kernels::Real;

use crate::gradients::{Gradients, is_usable};
use crate::graph::Graph;
use crate::node::{Kind, Var};

/// The first node of a graph with a NaN or an infinity in its value, or in a gradient.
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
        (0..state.tape.nodes.len()).find_map(|index| {
            let value = memory.read(state.tape.stored[index]);
            let at = value.iter().position(|v| !v.is_finite())?;
            Some(self.describe(index, Some(at)))
        })
    }

    /// Runs [`Graph::backward`] and looks at each gradient on its way for one that is not finite,
    /// or too large to be squared: at the gradient with respect to each value just before its op
    /// passes it on, and at last at those of the parameters. The node returned is the value whose
    /// gradient it is, or for a parameter the op that read it. Reads every adjoint: for debugging,
    /// or once something went wrong.
    ///
    /// # Panics
    /// As [`Graph::backward`].
    #[track_caller]
    pub fn first_non_finite_gradient(
        &self,
        loss: Var,
        gradients: &mut Gradients<T>,
    ) -> Option<NonFinite> {
        let mut first = None;
        self.backward_watched(loss, gradients, |node, adjoint| {
            if first.is_none() {
                let at = adjoint.iter().position(|&v| !is_usable(v));
                first = at.map(|at| (node.index(), at));
            }
        });
        if let Some((index, at)) = first {
            return Some(self.describe(index, Some(at)));
        }
        let bad = |p: usize| {
            let gradient = gradients.get(self.params.handle(p));
            gradient.is_some_and(|gradient| gradient.iter().any(|&v| !is_usable(v)))
        };
        let state = self.state.borrow();
        let nodes = &state.tape.nodes;
        // Backward, the last reader of a parameter comes first.
        let (index, p) = (0..nodes.len()).rev().find_map(|index| {
            let operands = &state.tape.operands[nodes[index].operand_range()];
            let params = operands.iter().filter_map(|&i| match nodes[i as usize].kind {
                Kind::Param(p) => Some(p),
                Kind::Input | Kind::Apply(_) => None,
            });
            params.into_iter().find(|&p| bad(p)).map(|p| (index, p))
        })?;
        let mut found = self.describe(index, None);
        found.op = format!("{} on param `{}`", found.op, self.params.name(self.params.handle(p)));
        Some(found)
    }

    /// The node at `index`, and the sample that its element `at` belongs to.
    fn describe(&self, index: usize, at: Option<usize>) -> NonFinite {
        let state = self.state.borrow();
        let node = &state.tape.nodes[index];
        let shape = state.tape.stored[index].shape;
        let (_, row) = shape.rows();
        NonFinite {
            node: index,
            op: match node.kind {
                Kind::Param(p) => format!("param `{}`", self.params.name(self.params.handle(p))),
                Kind::Input | Kind::Apply(_) => node.op_name().to_owned(),
            },
            label: state.tape.labels.path(node.label),
            location: node.location.to_string(),
            sample: at.filter(|_| shape.carries_samples()).map(|at| at / row),
        }
    }
}
