//! An audit of some steps.

use std::cell::RefCell;
use std::collections::BTreeMap;

use gradroute_tape::Real;

use super::error::AuditError;
use super::found::{At, Cell, Found, number};
use super::groups::Groups;
use super::moved::Learners;
use super::pass::Recorder;
use super::regions::{ParamRegion, check, of_params};
use super::result::{Audit, ByTerm, Leak, Moved};
use crate::driver::Driver;
use crate::experiment::Experiment;
use crate::state::State;

impl<E: Experiment<T>, T: Real> Driver<'_, E, T> {
    /// Makes the next `steps` steps, or those that are left, and audits them. `groups` are
    /// [`Experiment::groups`], or others to hold the steps to.
    ///
    /// The audit makes a backward pass a term, and some more for each leak; the step itself is the same, to
    /// the bit.
    ///
    /// # Errors
    /// When a step can't be made; when it does not say which sample is of which group; when a region that
    /// `groups` name does not exist.
    ///
    /// # Panics
    /// If all steps are made, or none is asked for.
    pub fn audit(&mut self, groups: &Groups, steps: u64) -> Result<Audit, AuditError> {
        assert!(steps > 0 && !self.is_done(), "an audit needs a step");
        if groups.names().is_empty() {
            return Err(AuditError::NoGroups);
        }
        let (first, mut sum) = (self.made(), None);
        let mut before = self.learners()?;
        let regions = of_params(&before.sets, groups)?;
        while self.made() - first < steps && !self.is_done() {
            let step = self.made();
            let recorder = Recorder {
                step,
                groups,
                sets: &before.sets,
                regions: &regions,
                found: RefCell::new(Found::default()),
            };
            let outcome = self.step_watched_by(Some(&recorder));
            let found = recorder.found.into_inner();
            outcome.map_err(|source| AuditError::of_step(step, source))?;
            if found.passes == 0 {
                return Err(AuditError::NoPass { step });
            }
            let after = self.learners()?;
            let moved = regions.iter().map(|region| after.moved(&before, region)).collect();
            sum.get_or_insert_with(Sum::default).add(groups, &regions, found, moved);
            before = after;
        }
        let sum = sum.expect("a step was made");
        sum.finish(first, groups, &regions)
    }

    fn learners(&mut self) -> Result<Learners<T>, AuditError> {
        let mut learners = Learners::default();
        State::visit(&mut learners, |state| self.experiment_mut().state(state))?;
        Ok(learners)
    }
}

/// What several steps showed, added up.
#[derive(Default)]
struct Sum {
    steps: u64,
    terms: Vec<&'static str>,
    values: Vec<String>,
    /// The roots of sums of squares.
    norms: BTreeMap<Cell, f64>,
    moved: Vec<Moved>,
    leaks: Vec<Leak>,
    samples: Vec<u64>,
    off_by: f64,
}

impl Sum {
    fn add(&mut self, groups: &Groups, regions: &[ParamRegion], found: Found, moved: Vec<Moved>) {
        self.steps += 1;
        let terms: Vec<usize> =
            found.terms.iter().map(|name| number(&mut self.terms, *name)).collect();
        let values = found.values.iter().map(|name| number(&mut self.values, name.clone()));
        let values: Vec<usize> = values.collect();
        for (Cell { term, group, region }, norm) in found.norms {
            let region = match region {
                At::Value(i) => At::Value(values[i]),
                At::Param(i) => At::Param(i),
            };
            let sum = self.norms.entry(Cell { term: terms[term], group, region }).or_insert(0.0);
            *sum = sum.hypot(norm);
        }
        let present = || (0..).zip(&found.samples).filter(|(_, n)| **n > 0).map(|(group, _)| group);
        let mut leaks = found.leaks;
        for (region, moved) in regions.iter().zip(&moved) {
            if groups.holds(present(), &region.name) {
                leaks.extend(moved.causes().map(|(cause, norm)| Leak {
                    term: cause.to_owned(),
                    group: None,
                    region: region.name.clone(),
                    norm,
                    path: Vec::new(),
                }));
            }
        }
        self.add_leaks(leaks);
        self.moved.resize(moved.len(), Moved::default());
        self.moved.iter_mut().zip(moved).for_each(|(sum, moved)| *sum = sum.with(moved));
        self.samples.resize(found.samples.len(), 0);
        self.samples.iter_mut().zip(found.samples).for_each(|(sum, n)| *sum += n);
        self.off_by = self.off_by.max(found.off_by);
    }

    /// Adds the leaks of a step: what leaks in several steps is there once, as large as it was at most.
    fn add_leaks(&mut self, leaks: Vec<Leak>) {
        let mut known: Vec<bool> = vec![true; self.leaks.len()];
        for leak in leaks {
            let same =
                |(i, other): (usize, &Leak)| (known[i] && other.key() == leak.key()).then_some(i);
            match self.leaks.iter().enumerate().take(known.len()).find_map(same) {
                Some(i) => {
                    known[i] = false;
                    let most = &mut self.leaks[i].norm;
                    *most = most.max(leak.norm);
                }
                None => self.leaks.push(leak),
            }
        }
    }

    fn finish(
        mut self,
        step: u64,
        groups: &Groups,
        regions: &[ParamRegion],
    ) -> Result<Audit, AuditError> {
        let per_step = (self.steps as f64).sqrt();
        let values = self.values.len();
        let of_params = regions.iter().map(|region| region.name.clone());
        let names: Vec<String> = self.values.iter().cloned().chain(of_params).collect();
        check(groups, &names)?;
        let samples = groups.names().iter().cloned().zip(self.samples).collect();
        let of_groups: Vec<String> =
            groups.names().iter().cloned().chain([NO_SAMPLE.to_owned()]).collect();
        let none: BTreeMap<_, _> = names.iter().map(|region| (region.clone(), None)).collect();
        let none: BTreeMap<_, _> =
            of_groups.iter().map(|group| (group.clone(), none.clone())).collect();
        let terms: Vec<String> = self.terms.into_iter().map(str::to_owned).collect();
        let mut norms: ByTerm = terms.iter().map(|term| (term.clone(), none.clone())).collect();
        for (Cell { term, group, region }, norm) in self.norms {
            let region = match region {
                At::Value(i) => i,
                At::Param(i) => values + i,
            };
            let of_term = norms.get_mut(&terms[term]).expect("all terms are there");
            let of_group = of_term.get_mut(&of_groups[group]).expect("all groups are there");
            of_group.insert(names[region].clone(), Some(norm / per_step));
        }
        let moved = self.moved.into_iter().map(|moved| moved.scaled(1.0 / per_step));
        self.leaks.sort_by(|a, b| (a.key().0, a.key().2).cmp(&(b.key().0, b.key().2)));
        Ok(Audit {
            step,
            steps: self.steps,
            terms,
            groups: of_groups,
            samples,
            movement: names[values..].iter().cloned().zip(moved).collect(),
            unreached: unreached(groups, &norms),
            regions: names,
            norms,
            leaks: self.leaks,
            off_by: self.off_by,
        })
    }
}

/// The regions that some group must not teach, and that nothing reaches.
fn unreached(groups: &Groups, norms: &ByTerm) -> Vec<String> {
    let reached = |region: &str| {
        let mut of_groups = norms.values().flat_map(BTreeMap::values);
        of_groups.any(|regions| regions[region].is_some())
    };
    let guarded = groups.guarded().into_iter();
    guarded.filter(|region| !reached(region)).map(str::to_owned).collect()
}

/// What the last group of an audit is called.
pub(crate) const NO_SAMPLE: &str = "no sample";

impl Moved {
    fn each(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            whole: f(self.whole, other.whole),
            gradient: f(self.gradient, other.gradient),
            momentum: f(self.momentum, other.momentum),
            decay: f(self.decay, other.decay),
            rest: f(self.rest, other.rest),
        }
    }

    fn with(self, other: Self) -> Self {
        self.each(other, f64::hypot)
    }

    fn scaled(self, factor: f64) -> Self {
        self.each(self, |v, _| v * factor)
    }
}
