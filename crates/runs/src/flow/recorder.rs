//! The gradients of groups in one step.

use std::cell::RefCell;

use gradroute_tape::{Graph, GroupGradients, Var};

use crate::audit::{Groups, ParamSet};
use crate::watch::{Marked, Watch, WatchError};

/// The gradients of one set of parameters: those of each group, then what is of no sample.
#[derive(Default)]
pub(super) struct Received {
    /// None where a group reached nothing.
    pub groups: Vec<Option<Vec<f32>>>,
}

/// Makes each backward pass of a step once more, apart by groups.
pub(super) struct Recorder<'a> {
    pub groups: &'a Groups,
    pub sets: &'a [ParamSet<f32>],
    pub step: u64,
    /// By set.
    pub received: RefCell<Vec<Received>>,
}

impl Watch<f32> for Recorder<'_> {
    fn backward(&self, g: &Graph<'_, f32>, total: Var, marked: &Marked) -> Result<(), WatchError> {
        let count = self.groups.names().len();
        let Some(set) = ParamSet::find(self.sets, g.params()) else {
            return Ok(());
        };
        self.groups.check(self.step, &marked.groups, g, total)?;
        let mut apart = GroupGradients::new(g.params(), count);
        g.backward_by_group(total, &marked.groups, &mut apart);
        let received = &mut self.received.borrow_mut()[set];
        received.groups.resize(count + 1, None);
        for (k, sum) in received.groups.iter_mut().enumerate() {
            let gradients = if k < count { apart.group(k) } else { apart.no_sample() };
            for id in g.params().ids().filter(|id| gradients.get(*id).is_some()) {
                let range = g.params().range(id);
                let sum = sum.get_or_insert_with(|| vec![0.0; g.params().flat().len()]);
                let numbers = sum[range.clone()].iter_mut().zip(&gradients.flat()[range]);
                numbers.for_each(|(sum, v)| *sum += v);
            }
        }
        Ok(())
    }
}
