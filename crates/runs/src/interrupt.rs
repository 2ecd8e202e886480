//! Ctrl-C, SIGTERM and SIGHUP: the first one asks the run to end after its step, the second ends
//! the process.

mod signals;

use std::io;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use signals::end;
pub(crate) use signals::let_long_files_fail;

/// The number of SIGINT, which Ctrl-C sends, on every system that has it.
pub const SIGINT: i32 = 2;

/// Lets signals set the flag that is returned; a second one ends the process at once. There is one
/// flag in a process: each further call returns the same.
///
/// # Errors
/// When the system takes no handler.
pub fn install() -> io::Result<StopFlag> {
    static INSTALLED: Mutex<Option<StopFlag>> = Mutex::new(None);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(flag) = &*installed {
        return Ok(flag.clone());
    }
    let flag = StopFlag::new();
    signals::receive(flag.clone())?;
    Ok(installed.insert(flag).clone())
}

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
