//! Evaluations that change what comes after them.

use gradroute_runs::{Learner, State, Step};

use crate::little::{Part, is_told};

/// Counts evaluations in the state.
struct Shown(u64);

impl Part for Shown {
    fn new() -> Self {
        Self(0)
    }

    fn state(&mut self, state: &mut State<'_>) {
        state.value("evaluations", &mut self.0);
    }

    fn evaluate(&mut self) {
        self.0 += 1;
    }
}

#[test]
fn an_evaluation_that_changes_the_state_is_told() {
    is_told::<Shown>(&["evaluating before the first step changes the state"]);
}

/// Counts them in the state once training has begun.
struct ShownLater {
    steps: u64,
    evaluations: u64,
}

impl Part for ShownLater {
    fn new() -> Self {
        Self { steps: 0, evaluations: 0 }
    }

    fn state(&mut self, state: &mut State<'_>) {
        state.value("steps", &mut self.steps);
        state.value("evaluations", &mut self.evaluations);
    }

    fn target(&mut self, _: &mut Learner, _: &Step<'_>) -> f64 {
        self.steps += 1;
        1.0
    }

    fn evaluate(&mut self) {
        self.evaluations += u64::from(self.steps >= 3);
    }
}

#[test]
fn an_evaluation_that_changes_the_state_later_is_told_with_the_step() {
    is_told::<ShownLater>(&["evaluating after 3 steps changes the state"]);
}

/// Counts them elsewhere, and a step late in the run looks at that.
struct Hidden(u64);

impl Part for Hidden {
    fn new() -> Self {
        Self(0)
    }

    fn target(&mut self, _: &mut Learner, at: &Step<'_>) -> f64 {
        if at.number() == 6 { self.0 as f64 } else { 1.0 }
    }

    fn evaluate(&mut self) {
        self.0 += 1;
    }
}

#[test]
fn an_evaluation_that_changes_what_is_not_shown_is_told_at_the_step_that_uses_it() {
    let cause = "Evaluating changes something that the step depends on";
    is_told::<Hidden>(&["evaluated after each step: step 6 told", cause]);
}
