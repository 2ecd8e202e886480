//! Pictures of a graph: text, DOT and JSON.

use std::fmt::Write;

use gradroute_kernels::Real;
use serde_json::{Value, json};

use crate::graph::{Graph, State};
use crate::info::{NodeRef, short};
use crate::node::Var;

impl<T: Real> Graph<'_, T> {
    /// Calls `look` for every node, in order of creation.
    pub fn for_each_node(&self, mut look: impl FnMut(NodeRef<'_, T>)) {
        let state = self.state.borrow();
        let State { tape, .. } = &*state;
        let (generation, count) = (self.generation, tape.nodes.len());
        (0..count).for_each(|index| look(NodeRef { index, tape, generation }));
    }

    /// One line a node: index, op, operands, shape, label and source line. Nodes that route
    /// gradients are marked `*`, those that no gradient reaches `-`; a last line says so.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.for_each_node(|node| {
            let operands: Vec<String> =
                node.operands().map(|v| format!("%{}", v.index())).collect();
            let mark = match (node.routes(), node.needs_grad()) {
                (true, _) => '*',
                (false, true) => ' ',
                (false, false) => '-',
            };
            let call = format!("{}({})", self.title(&node), operands.join(", "));
            let label = node.label();
            let index = format!("%{}", node.index());
            let shape = node.shape().to_string();
            writeln!(
                text,
                "{mark} {index:<5} {call:<44} {shape:<16} {label:<20} {}",
                node.source_line()
            )
            .expect("writing to a string");
        });
        text + "(* routes gradients; - no gradient reaches it)\n"
    }

    /// The graph in Graphviz's DOT language, values flowing downwards. Nodes that route
    /// gradients are drawn as red hexagons; edges that no gradient crosses are dashed grey,
    /// edges into a route red.
    pub fn to_dot(&self) -> String {
        let mut dot = String::from(
            "digraph gradroute {\n  node [shape=box, fontname=\"Helvetica\", fontsize=10];\n",
        );
        self.for_each_node(|node| {
            let style = match (node.routes(), node.param()) {
                (true, _) => ", shape=hexagon, color=red, penwidth=2",
                (false, Some(_)) => ", shape=cylinder",
                (false, None) if node.operands().next().is_none() => ", shape=parallelogram",
                (false, None) => "",
            };
            let label = node.label();
            let line =
                if label.is_empty() { String::new() } else { format!("\\n{}", quote(&label)) };
            let title = quote(&self.title(&node));
            let i = node.index();
            writeln!(dot, "  n{i} [label=\"{title}\\n{}{line}\"{style}];", node.shape())
                .expect("writing to a string");
            for (position, from) in node.operands().enumerate() {
                let style = match (node.passes_gradient_to(position), node.routes()) {
                    (false, _) => " [style=dashed, color=gray50]",
                    (true, true) => " [color=red, penwidth=2]",
                    (true, false) => "",
                };
                writeln!(dot, "  n{} -> n{i}{style};", from.index()).expect("writing to a string");
            }
        });
        dot.push_str("}\n");
        dot
    }

    /// The graph as JSON: `{"nodes": [..]}`, each node with `index`, `op`, `attributes`,
    /// `operands` (a list of `{node, gradient}`), `shape`, `carries_samples`, `label`, `file`,
    /// `line`, `param` (its name, or null), `needs_grad` and `routes`.
    pub fn to_json(&self) -> String {
        let mut nodes: Vec<Value> = Vec::new();
        self.for_each_node(|node| {
            let operand = |(position, from): (usize, Var)| {
                json!({"node": from.index(), "gradient": node.passes_gradient_to(position)})
            };
            let operands: Vec<Value> = node.operands().enumerate().map(operand).collect();
            nodes.push(json!({
                "index": node.index(),
                "op": node.op_name(),
                "attributes": node.attributes(),
                "operands": operands,
                "shape": node.shape().dims(),
                "carries_samples": node.shape().carries_samples(),
                "label": node.label(),
                "file": short(node.location().file()),
                "line": node.location().line(),
                "param": node.param().map(|p| self.params.name(self.params.handle(p))),
                "needs_grad": node.needs_grad(),
                "routes": node.routes(),
            }));
        });
        json!({ "nodes": nodes }).to_string()
    }

    fn title(&self, node: &NodeRef<'_, T>) -> String {
        match (node.param(), node.attributes()) {
            (Some(p), _) => format!("param {}", self.params.name(self.params.handle(p))),
            (None, words) if words.is_empty() => node.op_name().to_owned(),
            (None, words) => format!("{} [{words}]", node.op_name()),
        }
    }
}

fn quote(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
