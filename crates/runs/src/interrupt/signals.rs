//! How signals are received, and how a process ends by one.

use std::io;
#[cfg(unix)]
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
#[cfg(unix)]
use std::thread;
#[cfg(unix)]
use std::time::{Duration, Instant};

use super::StopFlag;
use crate::console::say;

/// How long after the first signal another one is taken for the same request.
#[cfg(unix)]
const ONE_REQUEST: Duration = Duration::from_millis(200);

const WORD: &str = "\nEnding after this step; what there is will be saved. Again to end at once.";

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
    receive(flag.clone())?;
    Ok(installed.insert(flag).clone())
}

/// Lets Ctrl-C, SIGTERM and SIGHUP set the flag; a second one ends the process at once. A signal that the process was started to ignore, as `nohup` does with SIGHUP, stays
/// ignored.
///
/// # Errors
/// When the system takes no handler.
#[cfg(unix)]
fn receive(flag: StopFlag) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let ignored = ignored();
    let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !ignored(*signal));
    let mut signals = Signals::new(wanted)?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let mut first = None;
        for signal in signals.forever() {
            match first {
                None => {
                    flag.receive(signal);
                    first = Some(Instant::now());
                    say!("{WORD}");
                }
                // One request may come as two signals: `timeout` sends one to its child and one to
                // the group.
                Some(first) if first.elapsed() < ONE_REQUEST => {}
                Some(_) => end(signal),
            }
        }
    })?;
    Ok(())
}

/// Lets a write fail that would make a file longer than may be (`ulimit -f`): the signal SIGXFSZ
/// would end the process without a word.
#[cfg(unix)]
pub fn let_long_files_fail() {
    // The flag is not looked at: that there is a handler is enough.
    static FLAG: AtomicBool = AtomicBool::new(false);
    let _ = signal_hook::flag::register(libc::SIGXFSZ, &FLAG);
}

/// Which signals the process ignores, where the system tells.
#[cfg(unix)]
fn ignored() -> impl Fn(i32) -> bool {
    // Linux: a bit for each signal, the first for signal 1, as hexadecimal digits.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    move |signal| mask >> (signal - 1) & 1 == 1
}

/// Ends the process as the signal would have: a shell sees status 128 + `signal`, and by that its
/// loop over several runs ends too, which no status of ours would tell it.
#[cfg(unix)]
pub fn end(signal: i32) -> ! {
    let _ = signal_hook::low_level::emulate_default_handler(signal);
    std::process::exit(128 + signal)
}

/// There is no such limit.
#[cfg(not(unix))]
pub fn let_long_files_fail() {}

/// Lets Ctrl-C set the flag; a second one ends the process at once.
///
/// # Errors
/// When the system takes no handler.
#[cfg(not(unix))]
fn receive(flag: StopFlag) -> io::Result<()> {
    let handler = move || {
        if !flag.receive(super::SIGINT) {
            end(super::SIGINT);
        }
        say!("{WORD}");
    };
    ctrlc::set_handler(handler).map_err(io::Error::other)
}

/// Ends the process with status 128 + `signal`.
#[cfg(not(unix))]
pub fn end(signal: i32) -> ! {
    std::process::exit(128 + signal)
}
