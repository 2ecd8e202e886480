//! An experiment made to take its steps, one by one.

use gradroute_tape::Real;

use crate::config::Settings;
use crate::evaluation::Evaluation;
use crate::experiment::Experiment;
use crate::figures::FigureError;
use crate::page::Page;
use crate::plan::{Plan, PlanError};
use crate::probe::Probe;
use crate::state::{Snapshot, StateError, digest};
use crate::step::{Made, Step, StepError};
use crate::watch::Watch;

/// An experiment in memory and how far it is: what a run is without its directory. Runs are made of
/// it, and so are tests that compare an experiment with another program's steps.
pub struct Driver<'d, E: Experiment<T>, T: Real = f32> {
    experiment: E,
    data: &'d E::Data,
    plan: Plan,
    seed: u64,
    made: u64,
    checks_every_op: bool,
}

impl<'d, E: Experiment<T>, T: Real> Driver<'d, E, T> {
    /// A fresh experiment.
    ///
    /// # Errors
    /// When its stages make no run.
    pub fn new(config: &E::Config, data: &'d E::Data) -> Result<Self, PlanError> {
        let plan = Plan::new(E::stages(config, data))?;
        let experiment = E::new(config, data);
        let (seed, made, checks_every_op) = (config.seed(), 0, false);
        Ok(Self { experiment, data, plan, seed, made, checks_every_op })
    }

    /// Whether each step looks at every value and every gradient of every op for one that is not
    /// finite, for debugging, instead of only at the loss and the gradients of parameters.
    pub fn check_every_op(&mut self, check: bool) {
        self.checks_every_op = check;
    }

    /// The stages.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Steps made.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// Whether all steps are made.
    pub fn is_done(&self) -> bool {
        self.made >= self.plan.steps()
    }

    /// Makes the next step.
    ///
    /// # Errors
    /// When it can't be made; it is the next one still.
    ///
    /// # Panics
    /// If all steps are made.
    pub fn step(&mut self) -> Result<Made, StepError> {
        self.step_watched_by(None)
    }

    /// Makes the next step; `watch` sees its backward passes.
    ///
    /// # Errors
    /// As [`Driver::step`].
    pub(crate) fn step_watched_by(
        &mut self,
        watch: Option<&dyn Watch<T>>,
    ) -> Result<Made, StepError> {
        let (stage, position) = self.plan.place(self.made);
        let place = (&self.plan.stages()[stage], position);
        let mut step = Step::new(self.made, place, self.seed, self.checks_every_op);
        if let Some(watch) = watch {
            step = step.watched(watch);
        }
        self.experiment.step(self.data, &step)?;
        self.made += 1;
        Ok(step.finish())
    }

    /// The experiment.
    pub fn experiment(&self) -> &E {
        &self.experiment
    }

    /// The experiment, to look at or to change.
    pub fn experiment_mut(&mut self) -> &mut E {
        &mut self.experiment
    }

    /// The experiment alone.
    pub fn into_experiment(self) -> E {
        self.experiment
    }

    /// Goes on as if `made` steps had been made, after the experiment's state was set to that.
    pub fn set_made(&mut self, made: u64) {
        self.made = made;
    }

    /// The results as they are now.
    pub fn evaluate(&mut self) -> E::Results {
        self.experiment.evaluate(self.data)
    }

    /// A quick look at the experiment as it is.
    ///
    /// # Errors
    /// When a figure can't be drawn.
    pub fn probe(&mut self) -> Result<Probe, FigureError> {
        self.experiment.probe(self.data)
    }

    /// What is shown of the experiment as it is.
    ///
    /// # Errors
    /// When a figure can't be drawn.
    pub fn page(&mut self, evaluation: &Evaluation<E::Results>) -> Result<Page, FigureError> {
        self.experiment.page(self.data, evaluation)
    }

    /// A copy of the state, to go back to.
    ///
    /// # Errors
    /// When a value of it can't be written down.
    pub fn snapshot(&mut self) -> Result<Snapshot<T>, StateError> {
        Snapshot::take(|state| self.experiment.state(state))
    }

    /// The state's hash.
    ///
    /// # Errors
    /// As [`Driver::snapshot`].
    pub fn digest(&mut self) -> Result<String, StateError> {
        digest(|state| self.experiment.state(state))
    }
}
