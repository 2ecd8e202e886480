//! What a step's gradients moved, from the optimizers after it.

use gradroute_tape::Params;
use gradroute_tape::optim::{Adam, Decay};

use rayon::prelude::*;

use super::recorder::Received;
use crate::audit::ParamSet;
use crate::state::Visit;

/// What each group moved so far in one set of parameters, by the steps that were looked at.
#[derive(Default)]
pub(super) struct Moved {
    /// That of each group, of no sample, and of decay; none where it was nothing yet.
    pub by: Vec<Option<Vec<f32>>>,
    /// The parameters at the start.
    pub start: Vec<f32>,
    /// How far they are from there, since the last look.
    pub way: Vec<f32>,
}

/// Adds what the gradients at hand move.
pub(super) struct Settling<'s> {
    pub sets: &'s [ParamSet<f32>],
    pub received: &'s [Received],
    pub moved: &'s mut [Moved],
    /// How many steps these gradients stand for.
    pub steps: f64,
    pub rates: &'s mut Vec<f64>,
}

impl Visit<f32> for Settling<'_> {
    fn params(&mut self, _: &str, params: &Params<f32>) {
        let Some(set) = ParamSet::find(self.sets, params) else { return };
        let Moved { start, way, .. } = &mut self.moved[set];
        way.clear();
        way.extend(params.flat().iter().zip(&*start).map(|(now, start)| now - start));
    }

    fn adam(&mut self, _: &str, adam: &Adam<f32>, params: &Params<f32>) {
        let Some(set) = ParamSet::find(self.sets, params) else { return };
        let (received, moved) = (&self.received[set], &mut self.moved[set]);
        let decay = received.count();
        moved.by.resize(decay + 1, None);
        let (options, steps) = (adam.options(), self.steps);
        for id in params.ids().filter(|id| !params.is_frozen(*id)) {
            let range = params.range(id);
            adam.rates(params, id, self.rates);
            let rates = &self.rates[..];
            for (k, gradient) in received.groups().enumerate() {
                if let Some(gradient) = gradient {
                    let gradient = &gradient[range.clone()];
                    add(&mut moved.by[k], params, &range, |i| {
                        -steps * rates[i] * f64::from(gradient[i])
                    });
                }
            }
            if options.weight_decay > 0.0 {
                let weights = params.get(id);
                add(&mut moved.by[decay], params, &range, |i| {
                    let rate = match options.decay {
                        Decay::Coupled => rates[i],
                        Decay::Decoupled if rates[i] > 0.0 => options.lr,
                        Decay::Decoupled => 0.0,
                    };
                    -steps * rate * options.weight_decay * f64::from(weights[i])
                });
            }
        }
    }
}

fn add(
    sum: &mut Option<Vec<f32>>,
    params: &Params<f32>,
    range: &std::ops::Range<usize>,
    part: impl Fn(usize) -> f64 + Sync,
) {
    let sum = sum.get_or_insert_with(|| vec![0.0; params.flat().len()]);
    let most = f64::from(f32::MAX);
    sum[range.clone()].par_iter_mut().with_min_len(1 << 14).enumerate().for_each(|(i, sum)| {
        // A run that diverges must not lose its checkpoints to a sum that can't be saved.
        *sum = (f64::from(*sum) + part(i)).clamp(-most, most) as f32;
    });
}
