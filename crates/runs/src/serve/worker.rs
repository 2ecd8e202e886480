//! The thread that computes.
//!
//! There is one, so that pages never take more than a run's share of the machine, and at most one question
//! waits for it: a newer one takes its place, as whoever moves a slider does not want to see where it was.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::experiments::{Experiments, Model};

/// The most models that are kept in memory: two can be looked at side by side.
const MOST: usize = 2;

/// The thread, as those know it who ask.
#[derive(Clone)]
pub(super) struct Worker(Arc<Desk>);

#[derive(Default)]
struct Desk {
    waiting: Mutex<Option<Work>>,
    laid: Condvar,
}

type Work = Box<dyn FnOnce(&mut Models) + Send>;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// A newer question came while this one waited.
    Superseded,
    /// It was a fault of the program's.
    Panicked,
}

impl Worker {
    /// Starts the thread, which ends with the process.
    pub fn start(experiments: Arc<dyn Experiments>) -> Self {
        let desk = Arc::new(Desk::default());
        let theirs = Arc::clone(&desk);
        // A panic is told by the name of its thread.
        let thread = std::thread::Builder::new().name("models".to_owned());
        let started = thread.spawn(move || {
            let mut models = Models { experiments, kept: Vec::new() };
            loop {
                theirs.next()(&mut models);
            }
        });
        started.expect("a thread can be started");
        Self(desk)
    }

    /// What `work` gives.
    ///
    /// # Errors
    /// When it is not done, or failed.
    pub async fn ask<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Models) -> R + Send + 'static,
    ) -> Result<R, Unanswered> {
        let (sender, receiver) = oneshot::channel();
        self.0.lay(Box::new(move |models| {
            // A page that has gone wants no answer.
            if sender.is_closed() {
                return;
            }
            let done = catch_unwind(AssertUnwindSafe(|| work(models)));
            if done.is_err() {
                // Nobody knows what state they are in.
                models.kept.clear();
            }
            let _ = sender.send(done.map_err(|_| Unanswered::Panicked));
        }));
        receiver.await.unwrap_or(Err(Unanswered::Superseded))
    }
}

impl Desk {
    fn lay(&self, work: Work) {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some(work);
        self.laid.notify_one();
    }

    fn next(&self) -> Work {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(work) = waiting.take() {
                return work;
            }
            waiting = self.laid.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The models that were asked for last.
pub(super) struct Models {
    pub experiments: Arc<dyn Experiments>,
    kept: Vec<(PathBuf, u64, Box<dyn Model>)>,
}

impl Models {
    /// The model of a run after `at` steps, read if it is not there yet.
    ///
    /// # Errors
    /// Why it can't be had.
    pub fn of(&mut self, run: &PathBuf, at: u64) -> Result<&mut dyn Model, String> {
        match self.kept.iter().position(|(of, steps, _)| (of, *steps) == (run, at)) {
            Some(place) => {
                let found = self.kept.remove(place);
                self.kept.push(found);
            }
            None => {
                let model = self.experiments.model(run, at)?;
                if self.kept.len() == MOST {
                    self.kept.remove(0);
                }
                self.kept.push((run.clone(), at, model));
            }
        }
        let (_, _, model) = self.kept.last_mut().expect("it was pushed");
        Ok(&mut **model)
    }
}
