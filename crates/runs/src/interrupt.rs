//! Ctrl-C, SIGTERM and SIGHUP: the first one asks the run to end after its step, the second ends
//! the process.

mod signals;

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

pub(crate) use signals::let_long_files_fail;
pub use signals::{end, install};

/// The number of SIGINT, which Ctrl-C sends, on every system that has it.
pub const SIGINT: i32 = 2;

/// Whether, and by which signal, the run was asked to end. Clones share the answer.
#[derive(Clone, Debug, Default)]
pub struct StopFlag(Arc<AtomicI32>);

impl StopFlag {
    /// A flag that nobody has set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the run to end after its current step, as Ctrl-C does.
    pub fn set(&self) {
        self.receive(SIGINT);
    }

    /// Whether it was asked.
    pub fn is_set(&self) -> bool {
        self.signal().is_some()
    }

    /// The number of the signal by which it was asked.
    pub fn signal(&self) -> Option<i32> {
        Some(self.0.load(Ordering::Relaxed)).filter(|&signal| signal != 0)
    }

    /// Notes a signal; whether it was the first.
    fn receive(&self, signal: i32) -> bool {
        self.0.compare_exchange(0, signal, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}
