//! Runs side by side, each with its share of the processors.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use gradroute_kernels::Isa;

use crate::interrupt::StopFlag;

/// How long a run that another process works on is left alone.
const AGAIN_AFTER: Duration = Duration::from_millis(500);

/// How long a thread sleeps that has nothing to do for now, and by that how long a signal waits.
const NAP: Duration = Duration::from_millis(50);

/// Stack of the threads that runs are made on, as large as that of a program's main thread.
const STACK: usize = 8 << 20;

/// What came of trying to make a run.
#[derive(Debug)]
pub enum Tried<R> {
    /// It came to an end.
    Ended(R),
    /// Another process works on it, so it is tried again later.
    Busy,
}

/// Machine power and how it is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many runs are made at a time.
    pub jobs: usize,
    /// Threads of all of them together.
    pub threads: usize,
    /// The instruction set.
    pub isa: Isa,
}

impl Share {
    /// Threads of the job with this index: where they can't be shared out evenly, the first jobs
    /// have one more.
    pub fn threads_of(&self, job: usize) -> usize {
        let more = usize::from(job < self.threads % self.jobs);
        (self.threads / self.jobs + more).max(1)
    }
}

/// Runs that wait, with the time from which each may be tried.
type Queue = Mutex<VecDeque<(usize, Instant)>>;

/// Makes the runs in `queue`, by `make` each, until all have ended or `stop` is set. `ended` is
/// told of each on the thread that made it, panics of it among them; `busy` that it is waited for.
///
/// The threads are this process's own, so that no run outlives it.
pub fn side_by_side<R>(
    share: Share,
    queue: impl IntoIterator<Item = usize>,
    stop: &StopFlag,
    make: impl Fn(usize) -> Tried<R> + Sync,
    ended: impl Fn(usize, Result<R, String>) + Sync,
    busy: impl Fn(usize) + Sync,
) where
    R: Send,
{
    let now = Instant::now();
    let queue: Queue = Mutex::new(queue.into_iter().map(|index| (index, now)).collect());
    thread::scope(|scope| {
        for job in 0..share.jobs {
            let (queue, make, ended, busy) = (&queue, &make, &ended, &busy);
            scope.spawn(move || one_by_one(share, job, queue, stop, make, ended, busy));
        }
    });
}

/// The work of one job.
fn one_by_one<R: Send>(
    share: Share,
    job: usize,
    queue: &Queue,
    stop: &StopFlag,
    make: &(impl Fn(usize) -> Tried<R> + Sync),
    ended: &impl Fn(usize, Result<R, String>),
    busy: &impl Fn(usize),
) {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(share.threads_of(job))
        .stack_size(STACK)
        .build();
    while !stop.is_set() {
        let index = match next(queue) {
            Next::Run(index) => index,
            Next::Nothing => return,
            Next::Later => {
                thread::sleep(NAP);
                continue;
            }
        };
        let pool = match &pool {
            Ok(pool) => pool,
            Err(error) => {
                ended(index, Err(format!("cannot start its threads: {error}")));
                continue;
            }
        };
        // Within the pool: the choice holds for the thread that it is made on.
        let work = || pool.install(|| share.isa.run(|| make(index)));
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Tried::Ended(outcome)) => ended(index, Ok(outcome)),
            Ok(Tried::Busy) => {
                busy(index);
                let again = Instant::now() + AGAIN_AFTER;
                queue.lock().unwrap_or_else(PoisonError::into_inner).push_back((index, again));
            }
            Err(panic) => ended(index, Err(said_by(&*panic))),
        }
    }
}

enum Next {
    Run(usize),
    Later,
    Nothing,
}

fn next(queue: &Queue) -> Next {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Instant::now();
    match queue.iter().position(|(_, from)| *from <= now) {
        Some(place) => queue.remove(place).map_or(Next::Nothing, |(index, _)| Next::Run(index)),
        None if queue.is_empty() => Next::Nothing,
        None => Next::Later,
    }
}

/// What a panic said.
fn said_by(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("it panicked: {}", text.unwrap_or("without a word"))
}
