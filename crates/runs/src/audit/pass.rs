//! The backward passes of a step, taken apart by term, group and region.

use std::cell::RefCell;
use std::collections::BTreeSet;

use gradroute_tape::{Gradients, Graph, GroupGradients, ParamId, Real, Var, norm};

use super::error::AuditError;
use super::found::{Found, number};
use super::groups::Groups;
use super::path::place;
use super::regions::{ParamRegion, ParamSet, ValueRegion};
use super::result::Place;
use super::term::OneTerm;
use crate::watch::{Marked, Watch, WatchError};

/// Takes apart each backward pass of a step.
pub(super) struct Recorder<'a, T: Real> {
    pub step: u64,
    pub groups: &'a Groups,
    /// The parameters before the step.
    pub sets: &'a [ParamSet<T>],
    pub regions: &'a [ParamRegion],
    pub found: RefCell<Found>,
}

impl<T: Real> Watch<T> for Recorder<'_, T> {
    fn backward(&self, g: &Graph<'_, T>, total: Var, marked: &Marked) -> Result<(), WatchError> {
        Ok(self.take_apart(g, total, marked, &mut self.found.borrow_mut())?)
    }
}

impl<T: Real> Recorder<'_, T> {
    fn take_apart(
        &self,
        g: &Graph<'_, T>,
        total: Var,
        marked: &Marked,
        found: &mut Found,
    ) -> Result<(), AuditError> {
        let rest = self.groups.names().len();
        self.groups.check(self.step, &marked.groups, g, total)?;
        found.passes += 1;
        found.samples.resize(rest, 0);
        marked.groups.iter().for_each(|&group| found.samples[usize::from(group)] += 1);
        let values = marked.regions.iter().filter(|region| g.has(region.var));
        let values = values.map(|region| ValueRegion::new(g, region));
        let values: Vec<ValueRegion> = values.collect::<Result<_, _>>()?;
        let set = ParamSet::find(self.sets, g.params());
        let ids: Vec<ParamId> = g.params().ids().collect();
        let mut nodes: Vec<Place> = Vec::new();
        g.for_each_node(|node| nodes.push(place(node)));
        let (terms, named) = marked.terms_of(g, total);
        let of = |term, cut| OneTerm {
            declared: self.groups,
            regions: self.regions,
            g,
            term,
            cut,
            set,
            ids: &ids,
            values: &values,
            groups: &marked.groups,
            nodes: &nodes,
        };
        let mut apart = GroupGradients::new(g.params(), rest);
        let mut sum = vec![0.0; g.params().flat().len()];
        let none = BTreeSet::new();
        for (name, term) in terms {
            let number = number(&mut found.terms, name);
            of((number, name, term), &none).record(&mut apart, &mut sum, found);
        }
        // What reaches anything without passing a term.
        let unnamed = of((found.terms.len(), UNNAMED, total), &named);
        if !named.contains(&total.index()) && unnamed.arrives(&mut apart) {
            number(&mut found.terms, UNNAMED);
            unnamed.record(&mut apart, &mut sum, found);
        }
        drop(apart);
        let mut whole = Gradients::new(g.params());
        g.backward(total, &mut whole);
        let of = |id: &ParamId| whole.get(*id).is_some();
        for id in ids.iter().filter(|id| !of(id)) {
            sum[g.params().range(*id)].fill(0.0);
        }
        let reached = ids.iter().filter(|id| of(id)).flat_map(|id| g.params().range(*id));
        let apart = reached.clone().map(|i| sum[i] - whole.flat()[i].to_f64());
        let length = norm(reached.map(|i| whole.flat()[i].to_f64()));
        let off_by = if length == 0.0 { 0.0 } else { norm(apart) / length };
        found.off_by = found.off_by.max(off_by);
        Ok(())
    }
}

/// What the part of a loss is called that is no term.
const UNNAMED: &str = "unnamed";
