//! What an audit found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What an audit found: the content of its JSON file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// The step that was audited, from 0; the first one, if there were several.
    pub step: u64,
    /// How many steps; norms are root mean squares over them.
    pub steps: u64,
    /// The terms of the loss that the total depends on, by the names that the step gives them.
    pub terms: Vec<String>,
    /// The groups, the last one for what belongs to no sample, such as a penalty on parameters.
    pub groups: Vec<String>,
    /// How many samples each group had.
    pub samples: BTreeMap<String, u64>,
    /// The parts of values, then those of parameters.
    pub regions: Vec<String>,
    /// The norm of the gradient by term, group and region: 0 if it is exactly 0, none if the term does not
    /// reach the region with this group's samples.
    pub norms: ByTerm,
    /// How far each region of parameters moved, and by what. Parts of values are not in it.
    pub movement: BTreeMap<String, Moved>,
    /// The regions that some group must not teach and that no term reaches: what is declared of them was
    /// not put to a test.
    pub unreached: Vec<String>,
    /// What must not be, and is.
    pub leaks: Vec<Leak>,
    /// How far the sum of all terms and groups is from the gradient of the total, as a share of that: what
    /// rounding makes of it, unless a part of the loss is no term.
    pub off_by: f64,
}

/// Norms by term, group and region.
pub type ByTerm = BTreeMap<String, BTreeMap<String, BTreeMap<String, Option<f64>>>>;

/// How far a region of parameters moved: Euclidean norms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// Altogether.
    pub whole: f64,
    /// By the gradient of the step.
    pub gradient: f64,
    /// By the gradients of earlier steps, which the optimizer remembers.
    pub momentum: f64,
    /// By weight decay.
    pub decay: f64,
    /// By none of these, rounding aside: what else the step changed.
    pub rest: f64,
}

/// Something that reached a region which it must not reach.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leak {
    /// The term of the loss; `momentum`, `decay` or `change` where a region moved that was to be held.
    pub term: String,
    /// The group whose samples taught; none for what belongs to no sample, and where a region moved.
    pub group: Option<String>,
    /// Where it arrived.
    pub region: String,
    /// Its Euclidean norm.
    pub norm: f64,
    /// The way by which it came, from the region towards the loss.
    pub path: Vec<Place>,
}

/// An op that a leak passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The op.
    pub op: String,
    /// The label scope in which it was applied.
    pub label: String,
    /// The source line that applied it, such as `objective/whole.rs:120`.
    pub at: String,
}

impl Leak {
    /// What makes it the same leak in another run: everything but its size and its lines.
    pub(super) fn key(&self) -> (&str, Option<&str>, &str, Option<&str>) {
        let op = self.path.first().map(|place| &*place.op);
        (&self.term, self.group.as_deref(), &self.region, op)
    }
}

impl Audit {
    /// The norm of what a term puts into a region with a group's samples: 0 if it is exactly 0, none if it
    /// does not reach there, or there are no such names.
    pub fn norm(&self, term: &str, group: &str, region: &str) -> Option<f64> {
        *self.norms.get(term)?.get(group)?.get(region)?
    }

    /// The leaks that `known` does not have, each as often as it is missing there: two leaks are the same if
    /// term, group, region and the op through which it arrives are.
    pub fn new_leaks<'a>(&'a self, known: &[Leak]) -> Vec<&'a Leak> {
        let mut left: Vec<_> = known.iter().map(Leak::key).collect();
        let is_new = |leak: &&Leak| match left.iter().position(|known| *known == leak.key()) {
            Some(at) => {
                left.swap_remove(at);
                false
            }
            None => true,
        };
        self.leaks.iter().filter(is_new).collect()
    }
}
