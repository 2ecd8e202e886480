//! Ctrl-C: the first one asks the run to end after its step, the second ends
//! the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit status of a process that SIGINT ended, by the shells' convention.
const INTERRUPTED: i32 = 130;

/// Whether the run was asked to end. Clones share the answer.
#[derive(Clone, Debug, Default)]
pub struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    /// A flag that nobody has set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the run to end after its current step.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Lets Ctrl-C and SIGTERM set the flag that is returned; a second one ends
/// the process at once.
///
/// # Errors
/// When the system takes no handler, or one is there already.
pub fn install() -> Result<StopFlag, ctrlc::Error> {
    let flag = StopFlag::new();
    let of_handler = flag.clone();
    ctrlc::set_handler(move || {
        if of_handler.is_set() {
            std::process::exit(INTERRUPTED);
        }
        of_handler.set();
        eprintln!("\nEnding after this step; what there is will be saved. Again to end at once.");
    })?;
    Ok(flag)
}
