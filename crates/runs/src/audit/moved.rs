//! How far parameters moved in a step, and by what.

use gradroute_tape::optim::{Adam, Movement};
use gradroute_tape::{Params, Real};

use super::regions::{ParamRegion, ParamSet};
use super::result::Moved;
use crate::state::Visit;
use gradroute_tape::norm;

/// Copies of all parameters and optimizers of an experiment.
pub(super) struct Learners<T: Real> {
    /// By name.
    pub sets: Vec<ParamSet<T>>,
    /// Each with the number of its parameters among `sets`.
    adams: Vec<(usize, Adam<T>)>,
}

impl<T: Real> Default for Learners<T> {
    fn default() -> Self {
        Self { sets: Vec::new(), adams: Vec::new() }
    }
}

impl<T: Real> Visit<T> for Learners<T> {
    fn params(&mut self, name: &str, params: &Params<T>) {
        self.sets.push(ParamSet::of(name, params));
    }

    fn adam(&mut self, _: &str, adam: &Adam<T>, params: &Params<T>) {
        if let Some(set) = ParamSet::find(&self.sets, params) {
            self.adams.push((set, adam.clone()));
        }
    }
}

impl<T: Real> Learners<T> {
    /// How far a region moved from what it was `before`.
    pub fn moved(&self, before: &Self, region: &ParamRegion) -> Moved {
        let (set, mut parts) = (region.set, [(); 5].map(|()| Vec::new()));
        let (now, then) = (&self.sets[set].params, &before.sets[set].params);
        for (id, range) in &region.pieces {
            let mut causes = [(); 3].map(|()| vec![0.0; range.len()]);
            let pairs = self.adams.iter().zip(&before.adams).filter(|((of, _), _)| *of == set);
            for ((_, adam), (_, adam_before)) in pairs {
                let Movement { gradient, momentum, decay } =
                    adam.movement(*id, adam_before, then, now);
                for (sum, part) in causes.iter_mut().zip([gradient, momentum, decay]) {
                    sum.iter_mut().zip(&part[range.clone()]).for_each(|(sum, v)| *sum += v);
                }
            }
            let (now, then) = (&now.get(*id)[range.clone()], &then.get(*id)[range.clone()]);
            for (i, (now, then)) in now.iter().zip(then).enumerate() {
                let whole = now.to_f64() - then.to_f64();
                let [gradient, momentum, decay] = [0, 1, 2].map(|cause| causes[cause][i]);
                let rest = whole - gradient - momentum - decay;
                let all = [whole, gradient, momentum, decay, rest];
                parts.iter_mut().zip(all).for_each(|(part, v)| part.push(v));
            }
        }
        let [whole, gradient, momentum, decay, rest] = parts.map(|part| norm(part.iter().copied()));
        Moved { whole, gradient, momentum, decay, rest }
    }
}

impl Moved {
    /// What moved a region that was to be held.
    pub(super) fn causes(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let known =
            [("gradient", self.gradient), ("momentum", self.momentum), ("decay", self.decay)];
        let any = known.iter().any(|(_, norm)| *norm != 0.0);
        let change = (!any).then_some(("change", self.whole));
        let moved = self.whole != 0.0;
        known.into_iter().chain(change).filter(move |(_, norm)| moved && *norm != 0.0)
    }
}
