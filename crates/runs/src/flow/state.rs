//! The flow map of a run on its way.

use std::cell::RefCell;
use std::ops::Range;

use gradroute_kernels::reduce;
use gradroute_tape::ParamId;
use serde::{Deserialize, Serialize};

use super::line::{FlowLine, OfRegion};
use super::recorder::{Received, Recorder};
use super::settle::{Moved, Settling};
use crate::audit::{AuditError, Groups, NO_SAMPLE, ParamRegion, ParamSet, ParamSets, of_params};
use crate::driver::Driver;
use crate::experiment::Experiment;
use crate::state::{FLOW, State};
use crate::step::{Made, StepError};

/// What a run keeps for its flow map. It is saved with the checkpoints.
pub(crate) struct Flow {
    groups: Groups,
    names: Vec<String>,
    regions: Vec<ParamRegion>,
    sets: Vec<ParamSet<f32>>,
    moved: Vec<Moved>,
    /// How many steps the sums stand for: up to the one that was looked at last, and with it.
    steps: u64,
    received: Vec<Received>,
    rates: Vec<f64>,
}

/// What of a [`Flow`] there is to be read.
#[derive(Default, Serialize, Deserialize)]
struct Record {
    steps: u64,
    /// By set of parameters: which sums are there.
    by: Vec<Vec<bool>>,
}

impl Flow {
    /// The flow map of a run that begins with this experiment.
    ///
    /// # Errors
    /// When the groups name what there is not; when the state can't be looked at.
    pub fn new<E: Experiment>(config: &E::Config, experiment: &mut E) -> Result<Self, AuditError> {
        let groups = E::groups(config);
        let mut start = ParamSets::default();
        State::visit(&mut start, |state| experiment.state(state))?;
        let regions = of_params(&start.0, &groups)?;
        let sets = start.0;
        let begin = |set: &ParamSet<f32>| {
            let start = set.params.flat().to_vec();
            Moved { by: Vec::new(), start, way: Vec::new() }
        };
        let moved = sets.iter().map(begin).collect();
        let received = sets.iter().map(|_| Received::default()).collect();
        let all = groups.names().iter().map(String::as_str).chain([NO_SAMPLE, "decay"]);
        let names = all.map(str::to_owned).collect();
        let rates = Vec::new();
        Ok(Self { groups, names, regions, sets, moved, steps: 0, received, rates })
    }

    /// Makes the next step and looks at it.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn step<E: Experiment>(
        &mut self,
        driver: &mut Driver<'_, E>,
    ) -> Result<(Made, FlowLine), StepError> {
        self.received.iter_mut().for_each(Received::clear);
        let recorder = Recorder {
            groups: &self.groups,
            sets: &self.sets,
            step: driver.made(),
            received: RefCell::new(&mut self.received),
        };
        let made = driver.step_watched_by(Some(&recorder))?;
        let mut settling = Settling {
            sets: &self.sets,
            received: &self.received,
            moved: &mut self.moved,
            // A gradient stands for the steps since the one that was looked at before.
            steps: (driver.made() - self.steps) as f64,
            rates: &mut self.rates,
        };
        let seen = State::visit(&mut settling, |state| driver.experiment_mut().state(state));
        seen.map_err(StepError::experiment)?;
        self.steps = driver.made();
        let regions = self.regions.iter().map(|of| (of.name.clone(), self.region(of))).collect();
        let line = FlowLine { step: made.line.step, regions };
        Ok((made, line))
    }

    fn region(&self, region: &ParamRegion) -> OfRegion {
        let (set, received) = (&self.sets[region.set].params, &self.received[region.set]);
        let moved = &self.moved[region.set];
        let way = &moved.way[..];
        // Over the region's numbers, in a fixed order.
        let dot = |a: &[f32], b: &[f32]| -> f64 {
            let piece = |(id, range): &(ParamId, Range<usize>)| {
                let start = set.range(*id).start;
                let (a, b) = (&a[start..][range.clone()], &b[start..][range.clone()]);
                reduce::sum_indexed(range.len(), |i| f64::from(a[i]) * f64::from(b[i]))
            };
            region.pieces.iter().map(piece).sum()
        };
        let mut found = OfRegion::default();
        let present = received.groups().zip(&self.names);
        let gradients: Vec<(&String, &[f32])> =
            present.filter_map(|(gradient, name)| Some((name, gradient?))).collect();
        let lengths: Vec<f64> = gradients.iter().map(|(_, of)| dot(of, of).sqrt()).collect();
        for (i, (name, gradient)) in gradients.iter().enumerate() {
            found.norms.insert((*name).clone(), lengths[i]);
            for (j, (other, others)) in gradients.iter().enumerate().skip(i + 1) {
                let product = lengths[i] * lengths[j];
                if product > 0.0 {
                    let cosine = dot(gradient, others) / product;
                    found.cosines.insert(format!("{name}, {other}"), cosine);
                }
            }
        }
        let square = dot(way, way);
        found.moved = square.sqrt();
        if square > 0.0 {
            let mut rest = 1.0;
            for (by, name) in moved.by.iter().zip(&self.names) {
                if let Some(by) = by {
                    let share = dot(by, way) / square;
                    rest -= share;
                    found.shares.insert(name.clone(), share);
                }
            }
            found.shares.insert("rest".to_owned(), rest);
        }
        found
    }

    /// Shows what has to be kept for the steps to come.
    pub fn state(&mut self, state: &mut State<'_>) {
        let by = |moved: &Moved| moved.by.iter().map(Option::is_some).collect();
        let mut record = Record { steps: self.steps, by: self.moved.iter().map(by).collect() };
        state.value(&format!("{FLOW}record"), &mut record);
        self.steps = record.steps;
        for (s, (moved, present)) in self.moved.iter_mut().zip(record.by).enumerate() {
            let len = moved.start.len();
            moved.by.resize(present.len(), None);
            state.tensor(&format!("{FLOW}{s}.start"), &mut moved.start);
            for (k, (sum, present)) in moved.by.iter_mut().zip(present).enumerate() {
                if present {
                    let sum = sum.get_or_insert_with(|| vec![0.0; len]);
                    state.tensor(&format!("{FLOW}{s}.{k}"), sum);
                } else {
                    *sum = None;
                }
            }
        }
    }
}
