//! Random numbers that belong to one step.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use gradroute_kernels::random::Stream;

/// Random numbers of one step; dereferences to [`Stream`]. It can't be kept for another step,
/// where a resumed run would not have it:
///
/// ```compile_fail
/// fn keep(at: &gradroute_runs::Step<'_>) -> gradroute_runs::StepStream<'static> {
///     at.stream("noise")
/// }
/// ```
#[derive(Debug)]
pub struct StepStream<'s> {
    stream: Stream,
    step: PhantomData<&'s ()>,
}

impl StepStream<'_> {
    pub(super) fn new(seed: u64, purpose: &str, step: u64) -> Self {
        Self { stream: Stream::new(seed, purpose, step), step: PhantomData }
    }
}

impl Deref for StepStream<'_> {
    type Target = Stream;

    fn deref(&self) -> &Stream {
        &self.stream
    }
}

impl DerefMut for StepStream<'_> {
    fn deref_mut(&mut self) -> &mut Stream {
        &mut self.stream
    }
}
