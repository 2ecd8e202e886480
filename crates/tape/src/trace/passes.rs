//! The backward passes of a term.

use std::collections::BTreeMap;

use gradroute_kernels::Real;

use super::options::{At, Region};
use super::result::{Arrived, Contribution, Pass, RegionNorms, Shares};
use super::setting::{Extents, Norms, Setting};
use super::tensor::{EXACT, Number, Tensor};
use crate::gradients::Gradients;
use crate::graph::Graph;
use crate::node::Var;
use crate::params::ParamId;
use crate::routing::edges::{Edge, Share};
use crate::routing::groups::GroupGradients;

/// A use of a value: the value, the node that used it, as which operand.
type Use = (usize, usize, usize);

/// By selection.
type Parts<T> = Vec<Option<Tensor<T>>>;

/// A term on its graph.
pub(super) struct OneTerm<'s, 'a, T: Real> {
    pub g: &'s Graph<'a, T>,
    pub setting: &'s Setting,
    pub extents: &'s [Extents],
    /// The parameter of each node that is one.
    pub params: &'s [Option<ParamId>],
    pub regions: &'s [Region],
}

/// What arrived where no row is a sample's, apart by selection.
struct Apart<T: Real> {
    by_use: BTreeMap<Use, Parts<T>>,
    whole: BTreeMap<usize, Parts<T>>,
    /// Norms by region of parameters.
    regions: Vec<Norms>,
}

impl<T: Real> OneTerm<'_, '_, T> {
    /// Makes the passes. The second result is the norms of each region.
    pub fn pass(&self, name: &str, term: Var) -> (Pass<T>, Vec<Norms>) {
        let mut whole = Gradients::new(self.g.params());
        let mut arrived: Vec<(Use, Vec<T>)> = Vec::new();
        self.g.backward_by_edge(term, &mut whole, |edge| {
            arrived.push((key(&edge), edge.contribution.to_vec()));
        });
        let mut uses: BTreeMap<usize, Vec<(Use, Vec<T>)>> = BTreeMap::new();
        for (of, numbers) in arrived {
            uses.entry(of.0).or_default().push((of, numbers));
        }
        let apart = self.apart(term, &whole, &uses);
        let mut regions = apart.regions.clone();
        let mut steps = Vec::new();
        for (&node, uses) in uses.iter().rev() {
            let sum = sum(uses.iter().map(|(_, numbers)| &**numbers));
            for RegionNorms { region, norms } in self.regions_within(node, &sum) {
                regions[region] = norms;
            }
            let contribution = |(of, numbers): &(Use, Vec<T>)| Contribution {
                from: of.1,
                position: of.2,
                share: (uses.len() > 1)
                    .then(|| self.shares(node, numbers, apart.by_use.get(of).cloned())),
                regions: self.regions_within(node, numbers),
            };
            steps.push(Arrived {
                node,
                gradient: self.shares(node, &sum, apart.whole.get(&node).cloned()),
                contributions: uses.iter().map(contribution).collect(),
            });
        }
        // The term itself, from which the way begins; a parameter may be one.
        if !uses.contains_key(&term.index()) {
            let mut parts = vec![None; self.setting.count()];
            parts[self.setting.no_sample()] = Some(self.tensor(term.index(), &[T::ONE], EXACT));
            let gradient = self.shares(term.index(), &[T::ONE], Some(parts));
            let first = Arrived { node: term.index(), gradient, contributions: Vec::new() };
            steps.insert(0, first);
        }
        let value = Number(self.g.scalar(term));
        (Pass { term: name.to_owned(), node: term.index(), value, steps }, regions)
    }

    /// What arrives at values that depend on no sample, and so have no rows to be told apart.
    fn apart(
        &self,
        term: Var,
        whole: &Gradients<T>,
        uses: &BTreeMap<usize, Vec<(Use, Vec<T>)>>,
    ) -> Apart<T> {
        let count = self.setting.count();
        let mut found = Apart {
            by_use: BTreeMap::new(),
            whole: BTreeMap::new(),
            regions: vec![vec![None; count]; self.regions.len()],
        };
        let alone = |node: &&usize| !self.extents[**node].of_samples;
        for &node in uses.keys().filter(alone) {
            found.whole.insert(node, vec![None; count]);
        }
        self.regions_of(whole, 0, &mut found.regions);
        let Some(n) = self.setting.samples else {
            for (node, parts) in &mut found.whole {
                let sum = sum(uses[node].iter().map(|(_, numbers)| &**numbers));
                parts[self.setting.no_sample()] = Some(self.tensor(*node, &sum, EXACT));
            }
            let regions = &mut found.regions;
            regions.iter_mut().for_each(|norms| norms[self.setting.no_sample()] = norms[0]);
            return found;
        };
        let groups = self.setting.groups.max(1);
        let of = if self.setting.groups > 0 { self.setting.of_samples.clone() } else { vec![0; n] };
        let no_sample = Some(self.setting.no_sample());
        let group = |group| (self.setting.groups > 0).then(|| self.setting.group(group));
        self.by_group(term, (&of, groups), (&group, no_sample), &mut found, uses);
        let singles = self.setting.singles();
        if singles > 0 {
            let of: Vec<u8> = (0..singles as u8).collect();
            let sample = |sample| Some(self.setting.sample(sample));
            self.by_group(term, (&of, singles), (&sample, None), &mut found, uses);
        }
        found
    }

    fn by_group(
        &self,
        term: Var,
        (of, groups): (&[u8], usize),
        (of_group, no_sample): (&dyn Fn(usize) -> Option<usize>, Option<usize>),
        found: &mut Apart<T>,
        uses: &BTreeMap<usize, Vec<(Use, Vec<T>)>>,
    ) {
        let mut apart = GroupGradients::new(self.g.params(), groups);
        let most = EXACT / (groups + usize::from(no_sample.is_some()));
        let mut sums: BTreeMap<(usize, usize), Vec<T>> = BTreeMap::new();
        self.g.backward_by_group_and_edge(term, of, &mut apart, |edge| {
            let selection = match edge.share {
                Share::Whole => None,
                Share::Group(group) => of_group(group),
                Share::NoSample => no_sample,
            };
            let (of, node) = (key(&edge), edge.operand.index());
            let Some(selection) = selection else { return true };
            if uses.get(&node).is_some_and(|uses| uses.len() > 1) {
                let parts =
                    found.by_use.entry(of).or_insert_with(|| vec![None; self.setting.count()]);
                parts[selection] = Some(self.tensor(node, edge.contribution, most));
            }
            if self.params[node].is_none() {
                let len = edge.contribution.len();
                let sum = sums.entry((node, selection)).or_insert_with(|| vec![T::ZERO; len]);
                sum.iter_mut().zip(edge.contribution).for_each(|(sum, v)| *sum += *v);
            }
            true
        });
        for ((node, selection), sum) in sums {
            if let Some(parts) = found.whole.get_mut(&node) {
                parts[selection] = Some(self.tensor(node, &sum, most));
            }
        }
        let sinks = (0..groups).filter_map(|group| Some((of_group(group)?, apart.group(group))));
        for (selection, sink) in sinks.chain(no_sample.map(|at| (at, apart.no_sample()))) {
            self.regions_of(sink, selection, &mut found.regions);
            for (&node, parts) in &mut found.whole {
                let gradient = self.params[node].and_then(|id| sink.get(id));
                if let Some(gradient) = gradient {
                    parts[selection] = Some(self.tensor(node, gradient, most));
                }
            }
        }
    }

    /// The norms of the regions that lie in parameters.
    fn regions_of(&self, sink: &Gradients<T>, selection: usize, regions: &mut [Norms]) {
        for (norms, region) in regions.iter_mut().zip(self.regions) {
            let At::Params(pieces) = &region.at else { continue };
            let pieces = pieces.iter().filter_map(|(id, range)| {
                Some(sink.get(*id)?[range.clone()].iter().map(|v| v.to_f64()))
            });
            if pieces.clone().next().is_some() {
                norms[selection] = Some(Number(super::norm::norm(pieces.flatten())));
            }
        }
    }

    /// The norms in the regions that are columns of this value.
    fn regions_within(&self, node: usize, numbers: &[T]) -> Vec<RegionNorms> {
        let within = self.regions.iter().enumerate().filter_map(|(region, of)| match &of.at {
            At::Columns(var, columns) if var.index() == node => {
                let norms = self.setting.norms_of_rows(&self.extents[node], numbers, Some(columns));
                Some(RegionNorms { region, norms })
            }
            _ => None,
        });
        within.collect()
    }

    fn shares(&self, node: usize, numbers: &[T], parts: Option<Parts<T>>) -> Shares<T> {
        let extents = &self.extents[node];
        let all = self.tensor(node, numbers, EXACT);
        if extents.of_samples {
            let norms = self.setting.norms_of_rows(extents, numbers, None);
            return Shares { all, norms, parts: Vec::new() };
        }
        let parts = parts.unwrap_or_else(|| vec![None; self.setting.count()]);
        let norm = |part: &Option<Tensor<T>>| part.as_ref().map(|part| part.norm);
        let mut norms: Norms = parts.iter().map(norm).collect();
        norms[0] = Some(all.norm);
        Shares { all, norms, parts }
    }

    fn tensor(&self, node: usize, numbers: &[T], most: usize) -> Tensor<T> {
        let Extents { dims, carries_samples, .. } = &self.extents[node];
        Tensor::of(dims, numbers, most, *carries_samples)
    }
}

fn key<T: Real>(edge: &Edge<'_, T>) -> Use {
    (edge.operand.index(), edge.node.index(), edge.position)
}

/// In the order in which a backward pass adds: the first writer stores.
fn sum<'n, T: Real>(mut contributions: impl Iterator<Item = &'n [T]>) -> Vec<T> {
    let mut sum = contributions.next().expect("a value that arrives has a contribution").to_vec();
    for numbers in contributions {
        sum.iter_mut().zip(numbers).for_each(|(sum, v)| *sum += *v);
    }
    sum
}
