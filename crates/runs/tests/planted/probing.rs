//! Probes that change what comes after them, or that show what is not shown in the state.

use gradroute_runs::{Learner, State, Step};

use crate::little::{Part, is_told};

/// Counts probes in the state.
struct Shown(u64);

impl Part for Shown {
    fn new() -> Self {
        Self(0)
    }

    fn state(&mut self, state: &mut State<'_>) {
        state.value("probes", &mut self.0);
    }

    fn probe(&mut self) -> f64 {
        self.0 += 1;
        0.0
    }
}

#[test]
fn a_probe_that_changes_the_state_is_told() {
    is_told::<Shown>(&["probing before the first step changes the state"]);
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

    fn probe(&mut self) -> f64 {
        self.0 += 1;
        0.0
    }
}

#[test]
fn a_probe_that_changes_what_is_not_shown_is_told_at_the_step_that_uses_it() {
    let cause = "Probing changes something that the step depends on";
    is_told::<Hidden>(&["probed after each step: step 6 told", cause]);
}

/// Tells how many steps it saw, which is not in the state.
struct Seen(u64);

impl Part for Seen {
    fn new() -> Self {
        Self(0)
    }

    fn target(&mut self, _: &mut Learner, _: &Step<'_>) -> f64 {
        self.0 += 1;
        1.0
    }

    fn probe(&mut self) -> f64 {
        self.0 as f64
    }
}

#[test]
fn a_probe_of_what_is_not_restored_is_told() {
    is_told::<Seen>(&["the probe is another one", "`probe` depends on is not shown"]);
}
