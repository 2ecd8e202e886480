//! Making a trace of a graph.

use std::collections::BTreeSet;

use gradroute_kernels::Real;

use super::options::{At, TraceOptions};
use super::passes::OneTerm;
use super::result::{Node, RegionSeen, Trace};
use super::setting::{Extents, Setting};
use super::tensor::{EXACT, Tensor};
use crate::graph::Graph;
use crate::info::NodeRef;
use crate::node::Var;
use crate::params::ParamId;

impl<T: Real> Graph<'_, T> {
    /// The graph with all its values, and the way back from each term: every gradient with what each use of
    /// its value contributed, by groups of samples and by single ones. It makes up to three backward passes a
    /// term, and keeps copies of what it shows, so it is for a small batch.
    ///
    /// # Panics
    /// As [`Graph::backward_by_group`]; if a group that a part is closed to, or a column, does not exist.
    #[track_caller]
    pub fn trace(&self, options: &TraceOptions) -> Trace<T> {
        let (mut nodes, mut extents, mut params) = (Vec::new(), Vec::new(), Vec::new());
        self.for_each_node(|node| {
            let shape = node.shape();
            nodes.push(self.node_seen(node));
            extents.push(Extents {
                dims: shape.dims().to_vec(),
                carries_samples: shape.carries_samples(),
                of_samples: node.depends_on_samples(),
            });
            params.push(node.param().map(|p| self.params.handle(p)));
        });
        let counts = self.sample_counts(options, &nodes);
        let setting = Setting::new(options, &counts);
        let group = |name: &String| {
            let found = options.groups.iter().position(|group| group == name);
            found.unwrap_or_else(|| panic!("trace: there is no group `{name}`"))
        };
        let mut regions: Vec<RegionSeen> = Vec::new();
        for region in &options.regions {
            let (nodes, columns) = match &region.at {
                At::Columns(var, columns) => {
                    let width = self.shape(*var).dims().last().copied().unwrap_or(1);
                    assert!(
                        columns.start < columns.end && columns.end <= width,
                        "trace: `{}` is columns {columns:?} of a value of {width}",
                        region.name
                    );
                    (vec![var.index()], Some([columns.start, columns.end]))
                }
                At::Params(pieces) => {
                    for (id, range) in pieces {
                        let len = self.params.get(*id).len();
                        assert!(
                            range.start <= range.end && range.end <= len,
                            "trace: `{}` is numbers {range:?} of the parameter `{}`, which has {len}",
                            region.name,
                            self.params.name(*id)
                        );
                    }
                    let own = |id: &Option<ParamId>| pieces.iter().any(|(of, _)| Some(*of) == *id);
                    let all = params.iter().enumerate();
                    (all.filter(|(_, id)| own(id)).map(|(node, _)| node).collect(), None)
                }
            };
            let closed_to = region.closed_to.iter().map(group).collect();
            let name = region.name.clone();
            regions.push(RegionSeen { name, nodes, columns, closed_to, norms: Vec::new() });
        }
        let (g, setting) = (self, &setting);
        let (extents, params) = (&extents[..], &params[..]);
        let of = OneTerm { g, setting, extents, params, regions: &options.regions };
        let mut passes = Vec::new();
        for (name, term) in &options.terms {
            let (pass, norms) = of.pass(name, *term);
            passes.push(pass);
            regions.iter_mut().zip(norms).for_each(|(region, norms)| region.norms.push(norms));
        }
        let selections = setting.names(&options.groups);
        let of_samples = setting.of_samples.clone();
        Trace { precision: T::NAME, selections, of_samples, nodes, passes, regions }
    }

    /// How many samples the values count that the terms depend on: each number once.
    fn sample_counts(&self, options: &TraceOptions, nodes: &[Node<T>]) -> Vec<usize> {
        let mut left: Vec<usize> = options.terms.iter().map(|(_, term)| term.index()).collect();
        let (mut seen, mut counts) = (BTreeSet::new(), BTreeSet::new());
        while let Some(node) = left.pop() {
            if seen.insert(node) {
                left.extend(&nodes[node].operands);
                counts.extend(nodes[node].carries_samples.then(|| nodes[node].shape[0]));
            }
        }
        counts.into_iter().collect()
    }

    fn node_seen(&self, node: NodeRef<'_, T>) -> Node<T> {
        let operands: Vec<usize> = node.operands().map(Var::index).collect();
        let shape = node.shape();
        Node {
            op: node.op_name(),
            attributes: node.attributes(),
            passes: (0..operands.len()).map(|i| node.passes_gradient_to(i)).collect(),
            operands,
            shape: shape.dims().to_vec(),
            carries_samples: shape.carries_samples(),
            depends_on_samples: node.depends_on_samples(),
            label: node.label(),
            at: node.source_line(),
            param: node.param().map(|p| self.params.name(self.params.handle(p)).to_owned()),
            needs_grad: node.needs_grad(),
            routes: node.routes(),
            rule: node.rule(),
            update_weights: node.update_weights().map(Var::index).collect(),
            value: Tensor::of(
                shape.dims(),
                &self.value(node.var()),
                EXACT,
                shape.carries_samples(),
            ),
        }
    }
}
