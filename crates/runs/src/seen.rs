//! The backward passes of a step, written down: what the page that steps backwards shows.

use std::cell::RefCell;

use gradroute_tape::{Graph, Real, Trace, TraceOptions, Var};

use crate::audit::{
    AuditError, Groups, ParamRegion, ParamSet, ParamSets, ValueRegion, check, of_params,
};
use crate::driver::Driver;
use crate::experiment::Experiment;
use crate::state::State;
use crate::watch::{Marked, Watch, WatchError};

/// A backward pass of a step.
#[derive(Clone, Debug)]
pub struct Seen<T: Real = f32> {
    /// The graph, its values, and the way back from each term and from the total.
    pub trace: Trace<T>,
    /// The graph in Graphviz's language.
    pub dot: String,
}

impl<E: Experiment<T>, T: Real> Driver<'_, E, T> {
    /// Makes the next step, and writes its backward passes down. `groups` are
    /// [`Experiment::groups`]; an experiment without any is seen by single samples.
    ///
    /// # Errors
    /// When the step can't be made; when it does not say which sample is of which group; when a region that
    /// `groups` name does not exist, or one is not as the [audit](Driver::audit) wants it.
    ///
    /// # Panics
    /// If all steps are made.
    pub fn see(&mut self, groups: &Groups) -> Result<Vec<Seen<T>>, AuditError> {
        let step = self.made();
        let mut sets = ParamSets::default();
        State::visit(&mut sets, |state| self.experiment_mut().state(state))?;
        let (sets, found) = (&sets.0[..], RefCell::default());
        let regions = &of_params(sets, groups)?[..];
        let recorder = Recorder { step, groups, sets, regions, found };
        let outcome = self.step_watched_by(Some(&recorder));
        let Found { seen, values } = recorder.found.into_inner();
        outcome.map_err(|source| AuditError::of_step(step, source))?;
        if !seen.is_empty() {
            let of_params = regions.iter().map(|region| region.name.clone());
            check(groups, &values.into_iter().chain(of_params).collect::<Vec<_>>())?;
        }
        Ok(seen)
    }
}

/// Writes down each backward pass of a step.
struct Recorder<'a, T: Real> {
    step: u64,
    groups: &'a Groups,
    /// The parameters before the step.
    sets: &'a [ParamSet<T>],
    regions: &'a [ParamRegion],
    found: RefCell<Found<T>>,
}

/// The backward passes, and the names of the parts of values that they know, each once.
struct Found<T: Real> {
    seen: Vec<Seen<T>>,
    values: Vec<String>,
}

impl<T: Real> Default for Found<T> {
    fn default() -> Self {
        Self { seen: Vec::new(), values: Vec::new() }
    }
}

impl<T: Real> Watch<T> for Recorder<'_, T> {
    fn backward(&self, g: &Graph<'_, T>, total: Var, marked: &Marked) -> Result<(), WatchError> {
        let names = self.groups.names();
        if !names.is_empty() {
            self.groups.check(self.step, &marked.groups, g, total)?;
        }
        let dot = g.to_dot();
        let (mut terms, named) = marked.terms_of(g, total);
        if !named.contains(&total.index()) {
            terms.push(("total", total));
        }
        let closed_to = |region: &str| {
            let of = names.iter().enumerate();
            let closed: Vec<String> = of
                .filter(|(group, _)| self.groups.forbids(*group, region))
                .map(|(_, name)| name.clone())
                .collect();
            closed
        };
        let mut options = TraceOptions::of(terms);
        if !names.is_empty() {
            options = options.groups(names.iter().cloned(), marked.groups.iter().copied());
        }
        let found = &mut *self.found.borrow_mut();
        for region in marked.regions.iter().filter(|region| g.has(region.var)) {
            let ValueRegion { name, var, columns, .. } = ValueRegion::new(g, region)?;
            options = options.part(&name, var, columns, closed_to(&name));
            if !found.values.contains(&name) {
                found.values.push(name);
            }
        }
        let set = ParamSet::find(self.sets, g.params());
        for region in self.regions.iter().filter(|region| Some(region.set) == set) {
            let pieces = region.pieces.iter().cloned();
            options = options.params(&region.name, pieces, closed_to(&region.name));
        }
        found.seen.push(Seen { trace: g.trace(&options), dot });
        Ok(())
    }
}
