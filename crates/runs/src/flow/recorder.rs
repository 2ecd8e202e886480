//! The gradients of groups in one step.

use std::cell::RefCell;

use gradroute_tape::{Graph, GroupGradients, Var};

use crate::audit::{Groups, ParamSet};
use crate::watch::{Marked, Watch, WatchError};

/// The gradients of one set of parameters in a step. It outlives the step, so that its memory is used again.
#[derive(Default)]
pub(super) struct Received {
    /// Those of each group, then what is of no sample.
    sums: Vec<Vec<f32>>,
    /// Which of them received something.
    present: Vec<bool>,
    apart: Option<GroupGradients<f32>>,
}

impl Received {
    /// Forgets what was received.
    pub fn clear(&mut self) {
        self.present.fill(false);
    }

    /// How many groups there are, with what is of no sample; 0 before the first backward pass.
    pub fn count(&self) -> usize {
        self.sums.len()
    }

    /// What each group received; none where it reached nothing.
    pub fn groups(&self) -> impl Iterator<Item = Option<&[f32]>> {
        self.sums.iter().zip(&self.present).map(|(sum, present)| present.then_some(&sum[..]))
    }
}

/// Makes each backward pass of a step once more, apart by groups.
pub(super) struct Recorder<'a> {
    pub groups: &'a Groups,
    pub sets: &'a [ParamSet<f32>],
    pub step: u64,
    /// By set.
    pub received: RefCell<&'a mut Vec<Received>>,
}

impl Watch<f32> for Recorder<'_> {
    fn backward(&self, g: &Graph<'_, f32>, total: Var, marked: &Marked) -> Result<(), WatchError> {
        let count = self.groups.names().len();
        let Some(set) = ParamSet::find(self.sets, g.params()) else {
            return Ok(());
        };
        self.groups.check(self.step, &marked.groups, g, total)?;
        let Received { sums, present, apart } = &mut self.received.borrow_mut()[set];
        let apart = apart.get_or_insert_with(|| GroupGradients::new(g.params(), count));
        g.backward_by_group(total, &marked.groups, apart);
        sums.resize_with(count + 1, Vec::new);
        present.resize(count + 1, false);
        for (k, sum) in sums.iter_mut().enumerate() {
            let gradients = if k < count { apart.group(k) } else { apart.no_sample() };
            for id in g.params().ids().filter(|id| gradients.get(*id).is_some()) {
                if !present[k] {
                    present[k] = true;
                    sum.clear();
                    sum.resize(g.params().flat().len(), 0.0);
                }
                let range = g.params().range(id);
                let numbers = sum[range.clone()].iter_mut().zip(&gradients.flat()[range]);
                numbers.for_each(|(sum, v)| *sum += v);
            }
        }
        Ok(())
    }
}
