//! The steps of a run, with the evaluations and checkpoints between them.

use std::time::Instant;

use super::error::TrainError;
use super::logs::Logs;
use crate::driver::Driver;
use crate::evaluation::{Interim, Measures, StageResults, readable};
use crate::experiment::Experiment;
use crate::flow::{Flow, FlowLine};
use crate::interrupt::StopFlag;
use crate::probe::ProbeLine;
use crate::progress::{Progress, StepsTo};
use crate::run::saved::{self, SaveError};
use crate::run::{Origin, RunDirectory};
use crate::state::State;
use crate::step::{Made, StepError, StepTiming};

/// A run on its way.
pub(super) struct Steps<'a, 'd, E: Experiment> {
    pub driver: &'a mut Driver<'d, E>,
    pub directory: &'a RunDirectory,
    pub origin: Origin,
    pub logs: Logs<E::Results>,
    /// `None` if no stage has a flow map.
    pub flow: Option<Flow>,
    /// Steps and hash of the weights of the last checkpoint.
    pub saved: Option<(u64, String)>,
    /// The results at the ends of stages so far, that of the last stage apart.
    pub earlier: Vec<StageResults<E::Results>>,
}

impl<E: Experiment> Steps<'_, '_, E> {
    /// Makes all steps that are left, or those until `stop` is set; returns the hash of the
    /// weights.
    ///
    /// Checkpoints are saved at the beginning, where a stage asks for them, and at the end,
    /// whatever the reason for it.
    pub fn make(&mut self, stop: &StopFlag, to: StepsTo<'_>) -> Result<String, TrainError> {
        self.save()?;
        // Behind the checkpoint, so that one that goes on from there has it once.
        if self.driver.made() == 0 && self.driver.plan().stages()[0].probe_every.is_some() {
            self.probe()?;
        }
        let mut progress = Progress::new(self.driver.plan(), to);
        while !self.driver.is_done() && !stop.is_set() {
            let began = Instant::now();
            let made = match self.step() {
                Ok((made, flow)) => {
                    if let (Some(file), Some(line)) = (&mut self.logs.flow, flow) {
                        file.write(&line)?;
                    }
                    made
                }
                Err(source) => {
                    let (step, source) = (self.driver.made(), Box::new(source));
                    if let Err(unsaved) = self.save() {
                        let unsaved = Box::new(unsaved);
                        return Err(TrainError::StepUnsaved { step, source, unsaved });
                    }
                    let checkpoint = self.directory.checkpoint(step);
                    return Err(TrainError::Step { step, source, checkpoint });
                }
            };
            let took = began.elapsed();
            let (step, samples) = (made.line.step, made.samples);
            self.logs.metrics.write(&made.line)?;
            self.logs.timing.write(&StepTiming { step, seconds: took.as_secs_f64(), samples })?;
            progress.step(&made, took);
            self.after_step()?;
        }
        progress.finish();
        let hash = self.save()?;
        if self.driver.is_done() && self.ends_between_probes() {
            // Behind the checkpoint, as a longer run would have none here.
            self.probe()?;
            self.logs.sync(self.directory)?;
        }
        Ok(hash)
    }

    /// Whether the stage of the last step has probes, and none is due after that step.
    fn ends_between_probes(&self) -> bool {
        let (stage, position) = self.driver.plan().place(self.driver.made() - 1);
        let every = self.driver.plan().stages()[stage].probe_every;
        every.is_some_and(|every| !(position + 1).is_multiple_of(every))
    }

    /// Looks at the run as it is.
    fn probe(&mut self) -> Result<(), TrainError> {
        let Some(file) = &mut self.logs.probes else { return Ok(()) };
        let steps = self.driver.made();
        match self.driver.probe().and_then(|probe| ProbeLine::new(steps, &probe)) {
            Ok(line) => file.write(&line)?,
            Err(source) => {
                self.save()?;
                return Err(TrainError::Probe { steps, source });
            }
        }
        // Whoever follows the run sees it now, and the losses until then.
        Ok(self.logs.flush()?)
    }

    /// Makes the next step, and looks at who moves what where that is due.
    fn step(&mut self) -> Result<(Made, Option<FlowLine>), StepError> {
        let (stage, position) = self.driver.plan().place(self.driver.made());
        let every = self.driver.plan().stages()[stage].flow_every;
        match &mut self.flow {
            Some(flow) if every.is_some_and(|every| position.is_multiple_of(every)) => {
                flow.step(self.driver).map(|(made, line)| (made, Some(line)))
            }
            _ => self.driver.step().map(|made| (made, None)),
        }
    }

    /// Evaluates and saves what is due.
    fn after_step(&mut self) -> Result<(), TrainError> {
        let made = self.driver.made();
        let (index, position) = self.driver.plan().place(made - 1);
        let stage = self.driver.plan().stages()[index].clone();
        let done = position + 1;
        let due = |every: Option<u64>| every.is_some_and(|every| done.is_multiple_of(every));
        let ends = self.driver.plan().ends(made).is_some();
        if ends || due(stage.evaluate_every) {
            // Whoever follows the run sees where it is meanwhile.
            self.logs.flush()?;
            let results = self.driver.evaluate();
            readable(&results).map_err(|reason| TrainError::Results { reason })?;
            if due(stage.evaluate_every)
                && let Some(file) = &mut self.logs.epochs
            {
                let measures = E::measures(&results, &self.earlier);
                let epoch = stage.epoch.map(|steps| done / steps);
                let measures = Measures::from(&measures[..]);
                file.write(&Interim { epoch, step: made, measures })?;
            }
            if ends && let Some(file) = &mut self.logs.stages {
                let results = StageResults { stage: stage.name.to_owned(), step: made, results };
                file.write(&results)?;
                self.earlier.push(results);
            }
        }
        if due(stage.probe_every) || ends && stage.probe_every.is_some() {
            self.probe()?;
        }
        if due(stage.checkpoint_every) {
            self.save()?;
        }
        Ok(())
    }

    /// Saves the state if it is not saved yet; returns the hash of the weights.
    fn save(&mut self) -> Result<String, TrainError> {
        let steps = self.driver.made();
        if let Some((at, hash)) = &self.saved
            && *at == steps
        {
            return Ok(hash.clone());
        }
        let logs = self.logs.sync(self.directory)?;
        let show = &mut |state: &mut State<'_>| {
            self.driver.experiment_mut().state(state);
            if let Some(flow) = &mut self.flow {
                flow.state(state);
            }
        };
        let hash = saved::save(self.directory, steps, show, self.origin.clone(), logs);
        let hash = hash.map_err(|error| match (error, &self.saved) {
            (SaveError::File(error), _) => error.into(),
            (SaveError::State(error), None) => error.into(),
            (SaveError::State(source), Some((at, _))) => {
                let checkpoint = self.directory.checkpoint(*at);
                TrainError::Unsaved { step: steps - 1, source, checkpoint }
            }
            (SaveError::NonFinite(found), None) => TrainError::Initial { found },
            (SaveError::NonFinite(found), Some((at, _))) => {
                let checkpoint = self.directory.checkpoint(*at);
                TrainError::Overflow { step: steps - 1, found, checkpoint }
            }
        })?;
        self.saved = Some((steps, hash.clone()));
        Ok(hash)
    }
}
