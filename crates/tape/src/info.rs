//! Looking at the nodes of a graph from outside.

use std::panic::Location;

use gradroute_kernels::Real;

use crate::node::{Kind, Node, Var};
use crate::op::Rule;
use crate::shape::Shape;
use crate::tape::Tape;

/// One node of a graph, to look at. Reading it allocates nothing but [`NodeRef::label`].
pub struct NodeRef<'s, T: Real> {
    pub(crate) index: usize,
    pub(crate) tape: &'s Tape<T>,
    pub(crate) generation: u64,
}

impl<T: Real> Clone for NodeRef<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Real> Copy for NodeRef<'_, T> {}

impl<'s, T: Real> NodeRef<'s, T> {
    /// The handle of its value.
    pub fn var(&self) -> Var {
        self.var_at(self.index as u32)
    }

    /// Position on the tape, equal to [`Var::index`](crate::Var::index).
    pub fn index(&self) -> usize {
        self.index
    }

    /// Name of the op; `input` or `param` for leaves.
    pub fn op_name(&self) -> &'static str {
        self.node().op_name()
    }

    /// The op's attributes in words; empty if there are none.
    pub fn attributes(&self) -> String {
        match self.node().kind {
            Kind::Apply(op) => {
                let (words, plain) =
                    (op.describe(&self.node().attrs), self.node().update.is_none());
                match (words.is_empty(), plain) {
                    (_, true) => words,
                    (true, false) => "weighted update".to_owned(),
                    (false, false) => format!("{words}, weighted update"),
                }
            }
            Kind::Input | Kind::Param(_) => String::new(),
        }
    }

    /// What the op does, as formulas and in words; empty for leaves, and for ops that say nothing. Of
    /// a node with update weights it is the rule without them.
    pub fn rule(&self) -> Rule {
        match self.node().kind {
            Kind::Apply(op) => op.rule(&self.node().attrs),
            Kind::Input | Kind::Param(_) => Rule::default(),
        }
    }

    /// Shape of the value.
    pub fn shape(&self) -> Shape {
        self.tape.stored[self.index].shape
    }

    /// The label scope that was open, names joined by dots.
    pub fn label(&self) -> String {
        self.tape.labels.path(self.node().label)
    }

    /// The source line that applied the op.
    pub fn location(&self) -> &'static Location<'static> {
        self.node().location
    }

    /// The same, short: the last two parts of the file's path, and the line, as in `ops/add.rs:20`.
    pub fn source_line(&self) -> String {
        let at = self.location();
        format!("{}:{}", short(at.file()), at.line())
    }

    /// What the op was applied to.
    pub fn operands(&self) -> impl Iterator<Item = Var> + use<'s, T> {
        let node = *self;
        self.tape.operands[self.node().operand_range()].iter().map(move |&i| node.var_at(i))
    }

    /// The number of the parameter, if the node is one.
    pub fn param(&self) -> Option<usize> {
        match self.node().kind {
            Kind::Param(p) => Some(p),
            _ => None,
        }
    }

    /// The masks of its [update weights](crate::Graph::update_weighted): those on rows, then those on
    /// columns.
    pub fn update_weights(&self) -> impl Iterator<Item = Var> + use<'s, T> {
        let node = *self;
        let update = self.node().update;
        [update.rows, update.columns].into_iter().flatten().map(move |i| node.var_at(i))
    }

    /// Whether its value depends on samples.
    pub fn depends_on_samples(&self) -> bool {
        self.node().of_samples
    }

    /// Whether a gradient reaches this node from a loss that depends on it.
    pub fn needs_grad(&self) -> bool {
        self.node().needs_grad
    }

    /// Whether the node decides which gradients pass: a route, a detach, an update weight.
    pub fn routes(&self) -> bool {
        match self.node().kind {
            Kind::Apply(op) => op.routes(&self.node().attrs) || !self.node().update.is_none(),
            Kind::Input | Kind::Param(_) => false,
        }
    }

    /// Whether a gradient can flow from this node to its operand number `position`.
    pub fn passes_gradient_to(&self, position: usize) -> bool {
        let target = self.operands().nth(position);
        match (self.node().kind, target) {
            (Kind::Apply(op), Some(t)) => {
                op.differentiable(position, &self.node().attrs)
                    && self.tape.nodes[t.index()].needs_grad
            }
            _ => false,
        }
    }

    fn node(&self) -> &'s Node<T> {
        &self.tape.nodes[self.index]
    }

    fn var_at(&self, index: u32) -> Var {
        Var { index, generation: self.generation }
    }
}

/// The last two components of a source path: where the compiler ran is nobody's business.
pub(crate) fn short(file: &str) -> &str {
    let mut cuts = file.rmatch_indices(['/', '\\']).map(|(at, _)| at + 1);
    cuts.nth(1).map_or(file, |at| &file[at..])
}
