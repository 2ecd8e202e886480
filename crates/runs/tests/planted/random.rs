//! Mistakes with random numbers.

use gradroute_kernels::random::Stream;
use gradroute_runs::{Learner, Step};

use crate::little::{Part, is_told};

/// Draws from one stream in all steps.
struct Kept(Stream);

impl Part for Kept {
    fn new() -> Self {
        Self(Stream::new(3, "kept", 0))
    }

    fn target(&mut self, _: &mut Learner, _: &Step<'_>) -> f64 {
        self.0.uniform()
    }
}

#[test]
fn a_stream_that_goes_on_from_step_to_step_is_told() {
    is_told::<Kept>(&["interrupted before step 1 and resumed: step 1 told", "not shown"]);
}

/// Draws a number ahead, as for a normal number's second half, and keeps it.
struct Ahead(Option<f64>);

impl Part for Ahead {
    fn new() -> Self {
        Self(None)
    }

    fn target(&mut self, _: &mut Learner, at: &Step<'_>) -> f64 {
        let mut stream = at.stream("ahead");
        self.0.take().unwrap_or_else(|| {
            self.0 = Some(stream.uniform());
            stream.uniform()
        })
    }
}

#[test]
fn a_random_number_that_is_kept_for_the_next_step_is_told() {
    is_told::<Ahead>(&["interrupted before step 1 and resumed: step 1 told", "not shown"]);
}
