//! A gradient a group of samples, in one pass.

use std::ops::Range;

use gradroute_kernels::Real;

use crate::gradients::Gradients;
use crate::params::Params;

/// Which samples of a batch belong to which group. Some may belong to none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    /// Group by group, ascending in each.
    samples: Vec<u32>,
    /// Where each group ends in them.
    ends: Vec<usize>,
    /// How many samples there are.
    count: usize,
}

impl Groups {
    fn set(&mut self, of_samples: &[u8], groups: usize) {
        self.samples.clear();
        self.ends.clear();
        self.count = of_samples.len();
        for group in 0..groups {
            let own = (0u32..).zip(of_samples).filter(|(_, of)| usize::from(**of) == group);
            self.samples.extend(own.map(|(sample, _)| sample));
            self.ends.push(self.samples.len());
        }
    }

    /// A group for each of some of the `count` samples.
    pub fn set_each(&mut self, samples: Range<usize>, count: usize) {
        self.ends.clear();
        self.ends.extend(1..=samples.len());
        self.samples.clear();
        self.samples.extend(samples.map(|sample| sample as u32));
        self.count = count;
    }

    /// How many samples there are.
    pub fn count_samples(&self) -> usize {
        self.count
    }

    /// The samples of each group.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.ends.len()).map(|group| {
            let start = if group == 0 { 0 } else { self.ends[group - 1] };
            &self.samples[start..self.ends[group]]
        })
    }
}

/// The gradients of one backward pass, apart by groups of samples: see
/// [`Graph::backward_by_group`](crate::Graph::backward_by_group).
#[derive(Clone, Debug)]
pub struct GroupGradients<T: Real> {
    /// One a group, then one for what belongs to no sample.
    parts: Vec<Gradients<T>>,
    groups: Groups,
}

impl<T: Real> GroupGradients<T> {
    /// Room for the gradients of `groups` groups, and of what belongs to none.
    ///
    /// # Panics
    /// If there are more than 256 groups.
    #[track_caller]
    pub fn new(params: &Params<T>, groups: usize) -> Self {
        assert!(groups <= 256, "at most 256 groups, found {groups}");
        let parts = (0..=groups).map(|_| Gradients::new(params)).collect();
        Self { parts, groups: Groups::default() }
    }

    /// What the samples of a group teach. A parameter that none of them reached has no gradient.
    ///
    /// # Panics
    /// If there is no such group.
    #[track_caller]
    pub fn group(&self, group: usize) -> &Gradients<T> {
        &self.parts[self.checked(group)]
    }

    /// Forgets what was received.
    #[track_caller]
    pub(crate) fn begin(&mut self, params: &Params<T>, groups: &[u8]) {
        let count = self.parts.len() - 1;
        if let Some(sample) = groups.iter().position(|&group| usize::from(group) >= count) {
            panic!(
                "backward_by_group: sample {sample} is of group {}, but these gradients are for {count} \
                 groups, numbered from 0",
                groups[sample]
            );
        }
        self.groups.set(groups, count);
        for part in &mut self.parts {
            part.begin(params);
        }
    }

    /// A sink for each group, one for what belongs to no sample, and the groups.
    pub(crate) fn parts(&mut self) -> (&mut [Gradients<T>], &Groups) {
        (&mut self.parts, &self.groups)
    }

    /// The gradient of a value that was to be [kept](crate::Graph::keep): of one that depends on
    /// samples, that of the whole batch. A value that depends on no sample has one for each group: ask
    /// [`GroupGradients::group`].
    pub fn kept(&self, label: &str) -> Option<&[T]> {
        self.parts[0].kept(label)
    }

    /// The same, to change, or to [hold](Gradients::hold_unpermitted) what the group may not teach.
    ///
    /// # Panics
    /// If there is no such group.
    #[track_caller]
    pub fn group_mut(&mut self, group: usize) -> &mut Gradients<T> {
        let group = self.checked(group);
        &mut self.parts[group]
    }

    #[track_caller]
    fn checked(&self, group: usize) -> usize {
        let groups = self.parts.len() - 1;
        assert!(group < groups, "there is no group {group}: they are 0 to {groups} - 1");
        group
    }

    /// What belongs to no sample: a penalty on parameters, and what reached a parameter through a value
    /// that no longer has an axis of samples, such as a mean over the batch.
    pub fn no_sample(&self) -> &Gradients<T> {
        &self.parts[self.parts.len() - 1]
    }
}
