//! The backward pass of one term.

use std::collections::{BTreeMap, BTreeSet};

use gradroute_tape::{Edge, Gradients, Graph, GroupGradients, ParamId, Real, Share, Var};

use super::found::{At, Found, number};
use super::groups::Groups;
use super::path::{Arrival, Consumers, Search};
use super::regions::{ParamRegion, ValueRegion};
use super::result::{Leak, Place};
use gradroute_tape::norm;

/// What of a value's adjoint is looked at: who contributed it.
type Arrivals<T> = BTreeMap<(usize, usize, usize), (Share, Vec<T>)>;

/// A term on its graph.
pub(super) struct OneTerm<'s, 'a, T: Real> {
    /// What is declared.
    pub declared: &'s Groups,
    /// The regions of parameters.
    pub regions: &'s [ParamRegion],
    pub g: &'s Graph<'a, T>,
    /// Its number, its name, its value.
    pub term: (usize, &'static str, Var),
    /// Values that hand nothing on.
    pub cut: &'s BTreeSet<usize>,
    /// Which set of parameters the graph is over.
    pub set: Option<usize>,
    /// The parameters by number.
    pub ids: &'s [ParamId],
    /// The parts of values.
    pub values: &'s [ValueRegion],
    /// The group of each sample.
    pub groups: &'s [u8],
    /// Every node, as it is named.
    pub nodes: &'s [Place],
}

impl<T: Real> OneTerm<'_, '_, T> {
    /// Makes the pass and notes what it shows; adds all groups' gradients to `sum`.
    pub fn record(&self, apart: &mut GroupGradients<T>, sum: &mut [f64], found: &mut Found) {
        let (mut arrivals, mut consumers) = (Arrivals::new(), Consumers::new());
        self.g.backward_by_group_and_edge(self.term.2, self.groups, apart, |edge| {
            let (value, from) = (edge.operand.index(), edge.node.index());
            if self.cut.contains(&value) {
                return false;
            }
            if edge.contribution.iter().any(|&v| v != T::ZERO) {
                number(consumers.entry(value).or_default(), from);
            }
            if self.is_looked_at(&edge) {
                let len = edge.contribution.len();
                let key = (value, from, self.part(edge.share));
                let (_, sum) =
                    arrivals.entry(key).or_insert_with(|| (edge.share, vec![T::ZERO; len]));
                sum.iter_mut().zip(edge.contribution).for_each(|(sum, v)| *sum += *v);
            }
            true
        });
        self.norms_of_values(&arrivals, found);
        self.norms_of_params(apart, found);
        for gradients in (0..=self.rest()).map(|group| self.gradients(apart, group)) {
            for id in self.ids.iter().filter(|id| gradients.get(**id).is_some()) {
                let range = self.g.params().range(*id);
                let sums = sum[range.clone()].iter_mut().zip(&gradients.flat()[range]);
                sums.for_each(|(sum, v)| *sum += v.to_f64());
            }
        }
        // The search for ways uses the same memory, so it comes last.
        self.leaks(&arrivals, &consumers, apart, found);
    }

    /// Whether anything that is not 0 arrives at parameters, or at parts of values.
    pub fn arrives(&self, apart: &mut GroupGradients<T>) -> bool {
        let mut found = false;
        self.g.backward_by_group_and_edge(self.term.2, self.groups, apart, |edge| {
            let cut = self.cut.contains(&edge.operand.index());
            let ends = edge.operand.param().is_some() || self.is_looked_at(&edge);
            found |= !cut && ends && edge.contribution.iter().any(|&v| v != T::ZERO);
            !cut
        });
        found
    }

    /// The place of a share among groups; that of what belongs to no sample is behind the last.
    fn part(&self, share: Share) -> usize {
        match share {
            Share::Group(group) => group,
            Share::Whole | Share::NoSample => self.rest(),
        }
    }

    fn rest(&self) -> usize {
        self.declared.names().len()
    }

    fn own_params(&self) -> impl Iterator<Item = (usize, &ParamRegion)> {
        let own = move |(_, region): &(usize, &ParamRegion)| Some(region.set) == self.set;
        self.regions.iter().enumerate().filter(own)
    }

    fn is_looked_at(&self, edge: &Edge<'_, T>) -> bool {
        match edge.operand.param() {
            None => self.values.iter().any(|region| region.var == edge.operand.var()),
            Some(p) => self.own_params().any(|(_, region)| {
                let has = region.pieces.iter().any(|(id, _)| *id == self.ids[p]);
                has && self.declared.guards(&region.name)
            }),
        }
    }

    fn norms_of_values(&self, arrivals: &Arrivals<T>, found: &mut Found) {
        let rest = self.rest();
        for region in self.values {
            let at = At::Value(number(&mut found.values, region.name.clone()));
            let own = arrivals.iter().filter(|((value, ..), _)| *value == region.var.index());
            for group in 0..=rest {
                let mut sum: Option<Vec<T>> = None;
                for ((.., part), (share, values)) in own.clone() {
                    if *share == Share::Whole || *part == group {
                        let sum = sum.get_or_insert_with(|| vec![T::ZERO; values.len()]);
                        sum.iter_mut().zip(values).for_each(|(sum, v)| *sum += *v);
                    }
                }
                let Some(sum) = sum else { continue };
                let whole = own.clone().any(|(_, (share, _))| *share == Share::Whole);
                // What belongs to a group as a whole has no rows to be told apart.
                let of = if whole { group } else { rest };
                let own = region.of_group(&sum, self.groups, of, rest);
                if own.clone().next().is_some() {
                    found.add(self.term.0, group, at, norm(own));
                }
            }
        }
    }

    fn gradients<'g>(&self, apart: &'g GroupGradients<T>, group: usize) -> &'g Gradients<T> {
        if group < self.rest() { apart.group(group) } else { apart.no_sample() }
    }

    fn norms_of_params(&self, apart: &GroupGradients<T>, found: &mut Found) {
        for (r, region) in self.own_params() {
            for group in 0..=self.rest() {
                let gradients = self.gradients(apart, group);
                let pieces = region.pieces.iter().filter_map(|(id, range)| {
                    Some(gradients.get(*id)?[range.clone()].iter().map(|v| v.to_f64()))
                });
                if pieces.clone().next().is_some() {
                    found.add(self.term.0, group, At::Param(r), norm(pieces.flatten()));
                }
            }
        }
    }

    /// What arrived where it must not.
    fn leaks(
        &self,
        arrivals: &Arrivals<T>,
        consumers: &Consumers,
        apart: &mut GroupGradients<T>,
        found: &mut Found,
    ) {
        let rest = self.rest();
        let search = Search {
            g: self.g,
            term: self.term.2,
            groups: self.groups,
            cut: self.cut,
            consumers,
            nodes: self.nodes,
        };
        for (&(value, from, part), (share, values)) in arrivals {
            let arrival = Arrival { value, from, share: *share };
            for region in self.values.iter().filter(|region| region.var.index() == value) {
                for group in 0..=rest {
                    let of = if *share == Share::Whole { group } else { rest };
                    let is_own = *share == Share::Whole || part == group;
                    let norm_of =
                        |values: &[T]| norm(region.of_group(values, self.groups, of, rest));
                    if is_own && self.is_forbidden(group, &region.name) && norm_of(values) != 0.0 {
                        let path = search.way(arrival, apart, |values| norm_of(values) != 0.0);
                        found.leaks.push(self.leak(group, &region.name, norm_of(values), path));
                    }
                }
            }
            for (_, region) in self.own_params().filter(|(_, r)| self.is_forbidden(part, &r.name)) {
                for (id, range) in &region.pieces {
                    let norm_of =
                        |values: &[T]| norm(values[range.clone()].iter().map(|v| v.to_f64()));
                    if self.param_index(*id) == Some(value) && norm_of(values) != 0.0 {
                        let path = search.way(arrival, apart, |values| norm_of(values) != 0.0);
                        found.leaks.push(self.leak(part, &region.name, norm_of(values), path));
                    }
                }
            }
        }
    }

    /// Whether a group must not teach a region; what belongs to no sample must not where some group must
    /// not.
    fn is_forbidden(&self, group: usize, region: &str) -> bool {
        match group == self.rest() {
            true => self.declared.guards(region),
            false => self.declared.forbids(group, region),
        }
    }

    /// The node of a parameter on the graph.
    fn param_index(&self, id: ParamId) -> Option<usize> {
        let mut found = None;
        self.g.for_each_node(|node| {
            if node.param() == Some(id.index()) {
                found = Some(node.index());
            }
        });
        found
    }

    fn leak(&self, group: usize, region: &str, norm: f64, path: Vec<Place>) -> Leak {
        let group = self.declared.names().get(group).cloned();
        Leak { term: self.term.1.to_owned(), group, region: region.to_owned(), norm, path }
    }
}
