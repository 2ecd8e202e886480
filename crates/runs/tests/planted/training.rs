//! Mistakes with optimizers and parameters.

use gradroute_runs::{Learner, State, Step};
use gradroute_tape::Params;
use gradroute_tape::optim::{Adam, AdamOptions, UpdateError};

use crate::little::{Part, SECOND, is_told, resumes};

/// The step after the second stage's first is the first that lacks what that one set.
fn told_in_second_stage() -> String {
    let step = SECOND + 1;
    format!("interrupted before step {step} and resumed: the state after step {step} is another")
}

/// Changes the learning rate with the second stage: in the optimizer, or beside it.
struct Rate<const BESIDE: bool>(Option<f64>);

impl<const BESIDE: bool> Part for Rate<BESIDE> {
    fn new() -> Self {
        Self(None)
    }

    fn target(&mut self, learner: &mut Learner, at: &Step<'_>) -> f64 {
        if at.begins("second") {
            match BESIDE {
                true => self.0 = Some(0.01),
                false => learner.adam.set_lr(0.01),
            }
        }
        1.0
    }

    fn update(&mut self, learner: &mut Learner) -> Result<(), UpdateError> {
        if let Some(lr) = self.0 {
            learner.adam.set_lr(lr);
        }
        let before = learner.adam.options().lr;
        learner.adam.step(&mut learner.params, &learner.gradients)?;
        // The optimizer's own rate is what a later stage goes by.
        learner.adam.set_lr(if BESIDE { 0.1 } else { before });
        Ok(())
    }
}

#[test]
fn a_learning_rate_that_a_stage_sets_beside_the_optimizer_is_told() {
    resumes::<Rate<false>>();
    is_told::<Rate<true>>(&[&told_in_second_stage()]);
}

/// Makes the optimizer anew with the second stage: in its place, or beside it.
struct Options<const BESIDE: bool>(Option<Adam<f32>>);

impl<const BESIDE: bool> Part for Options<BESIDE> {
    fn new() -> Self {
        Self(None)
    }

    fn target(&mut self, learner: &mut Learner, at: &Step<'_>) -> f64 {
        if at.begins("second") {
            let options =
                AdamOptions { betas: (0.5, 0.9), weight_decay: 0.1, ..AdamOptions::default() };
            let adam = Adam::new(&learner.params, options);
            match BESIDE {
                true => self.0 = Some(adam),
                false => learner.adam = adam,
            }
        }
        1.0
    }

    fn update(&mut self, learner: &mut Learner) -> Result<(), UpdateError> {
        let adam = self.0.as_mut().unwrap_or(&mut learner.adam);
        adam.step(&mut learner.params, &learner.gradients)
    }
}

#[test]
fn an_optimizer_with_other_options_that_a_stage_makes_beside_the_one_shown_is_told() {
    resumes::<Options<false>>();
    is_told::<Options<true>>(&[&told_in_second_stage()]);
}

/// Shows the parameters alone.
struct Weights;

impl Part for Weights {
    fn new() -> Self {
        Self
    }

    fn show(&mut self, learner: &mut Learner, state: &mut State<'_>) {
        state.params("", &mut learner.params);
    }
}

#[test]
fn an_optimizer_that_is_not_shown_is_told() {
    is_told::<Weights>(&["interrupted before step 1 and resumed: the state after step 1 is"]);
}

/// Holds a parameter still from the second stage on: by freezing it, or by a flag.
struct Still<const FLAG: bool>(bool);

impl<const FLAG: bool> Part for Still<FLAG> {
    fn new() -> Self {
        Self(false)
    }

    fn target(&mut self, learner: &mut Learner, at: &Step<'_>) -> f64 {
        if at.begins("second") {
            let first = learner.params.ids().next().unwrap();
            match FLAG {
                true => self.0 = true,
                false => learner.params.freeze(first),
            }
        }
        1.0
    }

    fn update(&mut self, learner: &mut Learner) -> Result<(), UpdateError> {
        let first = learner.params.ids().next().unwrap();
        let before = learner.params.get(first).to_vec();
        learner.adam.step(&mut learner.params, &learner.gradients)?;
        if self.0 {
            learner.params.get_mut(first).copy_from_slice(&before);
        }
        Ok(())
    }
}

#[test]
fn a_parameter_that_a_stage_freezes_by_a_flag_beside_the_parameters_is_told() {
    resumes::<Still<false>>();
    is_told::<Still<true>>(&[&told_in_second_stage()]);
}

/// An optimizer of nothing, which counts its steps all the same.
struct Empty(Learner);

impl Part for Empty {
    fn new() -> Self {
        Self(Learner::new(Params::new(), AdamOptions::default()))
    }

    fn state(&mut self, state: &mut State<'_>) {
        self.0.state("empty", state);
    }

    fn target(&mut self, _: &mut Learner, _: &Step<'_>) -> f64 {
        let Learner { params, adam, gradients, .. } = &mut self.0;
        adam.step(params, gradients).unwrap();
        adam.steps() as f64
    }
}

#[test]
fn an_optimizer_without_parameters_resumes_with_its_count() {
    resumes::<Empty>();
}
