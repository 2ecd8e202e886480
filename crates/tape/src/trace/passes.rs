//! The backward passes of a term.

use std::collections::BTreeMap;
use std::ops::Range;

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

/// A selection's share of what arrived at a value that depends on no sample.
#[derive(Clone)]
struct Part<T: Real> {
    tensor: Tensor<T>,
    /// Its norms in the regions that are columns of the value.
    regions: Vec<Number<f64>>,
}

/// By selection.
type Parts<T> = Vec<Option<Part<T>>>;

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
            let parts = apart.whole.get(&node);
            for RegionNorms { region, norms } in self.regions_within(node, &sum, parts) {
                regions[region] = norms;
            }
            let several = uses.len() > 1;
            let contribution = |(of, numbers): &(Use, Vec<T>)| {
                let parts = if several { apart.by_use.get(of) } else { parts };
                Contribution {
                    from: of.1,
                    position: of.2,
                    share: several.then(|| self.shares(node, numbers, parts)),
                    regions: self.regions_within(node, numbers, parts),
                }
            };
            steps.push(Arrived {
                node,
                gradient: self.shares(node, &sum, parts),
                contributions: uses.iter().map(contribution).collect(),
            });
        }
        // The term itself, from which the way begins; a parameter may be one.
        if !uses.contains_key(&term.index()) {
            let mut parts = vec![None; self.setting.count()];
            parts[self.setting.no_sample()] = Some(self.part(term.index(), &[T::ONE], EXACT));
            let gradient = self.shares(term.index(), &[T::ONE], Some(&parts));
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
            let no_sample = self.setting.no_sample();
            for (&node, parts) in &mut found.whole {
                for (of, numbers) in &uses[&node] {
                    let mut parts = vec![None; count];
                    parts[no_sample] = Some(self.part(node, numbers, EXACT));
                    found.by_use.insert(*of, parts);
                }
                let sum = sum(uses[&node].iter().map(|(_, numbers)| &**numbers));
                parts[no_sample] = Some(self.part(node, &sum, EXACT));
            }
            let regions = &mut found.regions;
            regions.iter_mut().for_each(|norms| norms[no_sample] = norms[0]);
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
                parts[selection] = Some(self.part(node, edge.contribution, most));
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
                parts[selection] = Some(self.part(node, &sum, most));
            }
        }
        let sinks = (0..groups).filter_map(|group| Some((of_group(group)?, apart.group(group))));
        for (selection, sink) in sinks.chain(no_sample.map(|at| (at, apart.no_sample()))) {
            self.regions_of(sink, selection, &mut found.regions);
            for (&node, parts) in &mut found.whole {
                let gradient = self.params[node].and_then(|id| sink.get(id));
                if let Some(gradient) = gradient {
                    parts[selection] = Some(self.part(node, gradient, most));
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

    /// The regions that are columns of this value.
    fn columns_of(&self, node: usize) -> impl Iterator<Item = (usize, &Range<usize>)> {
        let regions = self.regions.iter().enumerate();
        regions.filter_map(move |(region, of)| match &of.at {
            At::Columns(var, columns) if var.index() == node => Some((region, columns)),
            _ => None,
        })
    }

    /// The norms in the regions that are columns of this value: of its rows, or of the parts where none of
    /// them is a sample's.
    fn regions_within(
        &self,
        node: usize,
        numbers: &[T],
        parts: Option<&Parts<T>>,
    ) -> Vec<RegionNorms> {
        let extents = &self.extents[node];
        let norms_of = |i: usize, columns: &Range<usize>| {
            if extents.of_samples {
                return self.setting.norms_of_rows(extents, numbers, Some(columns));
            }
            let all = extents.norm_of_columns(numbers, columns);
            self.norms_of_parts(all, parts, |part| part.regions[i])
        };
        let columns = self.columns_of(node).enumerate();
        columns
            .map(|(i, (region, columns))| RegionNorms { region, norms: norms_of(i, columns) })
            .collect()
    }

    fn shares(&self, node: usize, numbers: &[T], parts: Option<&Parts<T>>) -> Shares<T> {
        let extents = &self.extents[node];
        let all = self.tensor(node, numbers, EXACT);
        if extents.of_samples {
            let norms = self.setting.norms_of_rows(extents, numbers, None);
            return Shares { all, norms, parts: Vec::new() };
        }
        let norms = self.norms_of_parts(all.norm, parts, |part| part.tensor.norm);
        let tensor = |part: &Option<Part<T>>| part.as_ref().map(|part| part.tensor.clone());
        let parts = match parts {
            Some(parts) => parts.iter().map(tensor).collect(),
            None => vec![None; self.setting.count()],
        };
        Shares { all, norms, parts }
    }

    /// That of all, and one of each part that there is.
    fn norms_of_parts(
        &self,
        all: Number<f64>,
        parts: Option<&Parts<T>>,
        norm: impl Fn(&Part<T>) -> Number<f64>,
    ) -> Norms {
        let mut norms: Norms = match parts {
            Some(parts) => parts.iter().map(|part| part.as_ref().map(&norm)).collect(),
            None => vec![None; self.setting.count()],
        };
        norms[0] = Some(all);
        norms
    }

    fn part(&self, node: usize, numbers: &[T], most: usize) -> Part<T> {
        let norm = |(_, columns)| self.extents[node].norm_of_columns(numbers, columns);
        let regions = self.columns_of(node).map(norm).collect();
        Part { tensor: self.tensor(node, numbers, most), regions }
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
