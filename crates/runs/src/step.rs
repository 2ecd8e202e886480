//! One training step, as an experiment sees it.

mod error;
mod line;
mod stream;

use std::cell::RefCell;
use std::ops::Range;

use gradroute_tape::{Gradients, Graph, Real, Var};

pub use error::StepError;
pub use line::{Made, Number, StepLine, StepTiming};
pub use stream::StepStream;

use crate::plan::Stage;
use crate::watch::{MarkedRegion, Watch, Watched};
use line::Terms;

/// One training step: where it stands in the run, its random numbers, and where its loss is told.
///
/// An experiment gets it by `&`, so that calls nest:
/// `at.backward(&g, g.add(at.term(&g, "error", e), at.term(&g, "l1", p)), &mut gradients)`.
pub struct Step<'r, T: Real = f32> {
    number: u64,
    position: u64,
    stage: &'r Stage,
    seed: u64,
    checks_every_op: bool,
    told: RefCell<Told>,
    watched: Option<Watched<'r, T>>,
}

/// What a step told of itself.
#[derive(Debug, Default)]
struct Told {
    /// The total losses, if there was a backward pass.
    total: Terms,
    /// Terms, then notes, in the order in which they were first named.
    terms: Terms,
    notes: Terms,
    samples: Option<usize>,
}

impl<'r, T: Real> Step<'r, T> {
    pub(crate) fn new(
        number: u64,
        (stage, position): (&'r Stage, u64),
        seed: u64,
        checks_every_op: bool,
    ) -> Self {
        let told = RefCell::default();
        Self { number, position, stage, seed, checks_every_op, told, watched: None }
    }

    pub(crate) fn watched(mut self, watch: &'r dyn Watch<T>) -> Self {
        self.watched = Some(Watched::by(watch));
        self
    }

    /// A step that belongs to no run, for tests that make one by hand.
    pub fn alone(number: u64, seed: u64) -> Step<'static, T> {
        static STAGE: Stage = Stage {
            name: "alone",
            steps: u64::MAX,
            epoch: None,
            evaluate_every: None,
            flow_every: None,
            probe_every: None,
            checkpoint_every: None,
        };
        Step::new(number, (&STAGE, number), seed, false)
    }

    /// The step's number in the run, from 0.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The step's place in its stage, from 0.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The stage's name.
    pub fn stage(&self) -> &'static str {
        self.stage.name
    }

    /// Steps of the stage.
    pub fn steps(&self) -> u64 {
        self.stage.steps
    }

    /// The epoch within the stage, from 0; always 0 in a stage without epochs.
    pub fn epoch(&self) -> u64 {
        self.stage.epoch.map_or(0, |steps| self.position / steps)
    }

    /// Whether this is the first step of the stage called `stage`: the place to change what the
    /// stage changes, such as to ablate or to make another optimizer.
    pub fn begins(&self, stage: &str) -> bool {
        self.position == 0 && self.stage.name == stage
    }

    /// Random numbers for `purpose`, the same whenever this step is made.
    pub fn stream(&self, purpose: &str) -> StepStream<'_> {
        StepStream::new(self.seed, purpose, self.number)
    }

    /// Names a term of the loss, weight included, and hands it back. Its value stands in the
    /// step's line of `metrics.jsonl`, on the progress line and in the curves. A term named again
    /// in the same step (another pass over the batch, say) has the mean of its values there.
    ///
    /// # Panics
    /// If the value is no single number, or the name is `step`, `total` or that of a note.
    #[track_caller]
    pub fn term(&self, g: &Graph<'_, T>, name: &'static str, term: Var) -> Var {
        assert!(!["step", "total"].contains(&name), "`{name}` is no name for a term of the loss");
        let mut told = self.told.borrow_mut();
        assert!(!told.notes.has(name), "`{name}` is a note of the step already");
        told.terms.add(name, Number::of(g.scalar(term)));
        if let Some(watched) = &self.watched {
            watched.marked.borrow_mut().terms.push((name, term));
        }
        term
    }

    /// Says which group each sample of the batch is of, by number in the experiment's
    /// [`groups`](crate::Experiment::groups): for the audit, the flow map and `graph`, so it costs nothing in a
    /// step that nothing watches. It goes for the backward passes to come in this step.
    pub fn groups(&self, of_samples: impl IntoIterator<Item = u8>) {
        if let Some(watched) = &self.watched {
            watched.marked.borrow_mut().groups = of_samples.into_iter().collect();
        }
    }

    /// Names parts of a value, each a range of its columns (the last axis), at which the audit and `graph`
    /// are to look, such as the halves of an encoding:
    /// `at.regions(z, [("bottom half".into(), 0..16), ("top half".into(), 16..32)])`. It costs nothing in a
    /// step that nothing watches. The value must be the result of an op, and no term of the loss itself.
    pub fn regions(&self, var: Var, parts: impl IntoIterator<Item = (String, Range<usize>)>) {
        if let Some(watched) = &self.watched {
            let parts = parts.into_iter();
            let named = parts.map(|(name, columns)| MarkedRegion { name, var, columns });
            watched.marked.borrow_mut().regions.extend(named);
        }
    }

    /// Tells a number that is no value on a graph, such as a reward or a learning rate.
    ///
    /// # Panics
    /// If the name is `step`, `total` or that of a term.
    #[track_caller]
    pub fn note(&self, name: &'static str, value: f64) {
        assert!(!["step", "total"].contains(&name), "`{name}` is no name for a note");
        let mut told = self.told.borrow_mut();
        assert!(!told.terms.has(name), "`{name}` is a term of the step's loss already");
        told.notes.add(name, Number::Double(value));
    }

    /// Tells how many samples the step took, for the speed that is shown.
    pub fn samples(&self, samples: usize) {
        *self.told.borrow_mut().samples.get_or_insert(0) += samples;
    }

    /// The backward pass from `total`, whose value is told as the term `total`. Whatever is to be
    /// seen of a backward pass hangs here, so an experiment does not call
    /// [`Graph::backward`] itself.
    ///
    /// # Errors
    /// [`StepError::NonFinite`] if the total is NaN or infinite (there are no gradients then),
    /// [`StepError::NonFiniteGradient`] if a gradient is, or is too large to be squared.
    ///
    /// # Panics
    /// As [`Graph::backward`].
    #[track_caller]
    pub fn backward(
        &self,
        g: &Graph<'_, T>,
        total: Var,
        gradients: &mut Gradients<T>,
    ) -> Result<(), StepError> {
        let value = g.scalar(total);
        self.told.borrow_mut().total.add("total", Number::of(value));
        let loss = value.to_f64();
        if (self.checks_every_op || !value.is_finite())
            && let Some(origin) = g.first_non_finite()
        {
            return Err(StepError::NonFinite { loss, origin });
        }
        if let Some(Watched { watch, marked }) = &self.watched {
            watch.backward(g, total, &marked.borrow()).map_err(StepError::Experiment)?;
        }
        // Looking at the parameters' gradients is enough to see that one went wrong: a value that
        // is not finite is a factor of some weight's gradient, unless the loss does not depend on it.
        if !self.checks_every_op {
            g.backward(total, gradients);
            if gradients.are_usable() {
                return Ok(());
            }
        }
        match g.first_non_finite_gradient(total, gradients) {
            Some(origin) => Err(StepError::NonFiniteGradient { loss, origin }),
            None => Ok(()),
        }
    }

    /// What this step told. A run asks for it when the step is made.
    pub fn finish(self) -> Made {
        let Told { total, terms, notes, samples } = self.told.into_inner();
        let mut numbers: Vec<_> = total.into_means().chain(terms.into_means()).collect();
        let terms = numbers.len();
        numbers.extend(notes.into_means());
        Made { line: StepLine { step: self.number, numbers }, terms, samples }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "`error` is a term of the step's loss already")]
    fn a_note_does_not_take_the_name_of_a_term() {
        let step = Step::<f64>::alone(0, 0);
        let params = gradroute_tape::Params::new();
        let mut tape = gradroute_tape::Tape::new();
        let g = tape.graph(&params);
        step.term(&g, "error", g.literal(gradroute_tape::Shape::scalar(), &[1.0]));
        step.note("error", 2.0);
    }
}
