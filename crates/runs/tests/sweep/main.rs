//! Sweeps by a whole program: what they make, that nothing is lost or done twice, and what is
//! refused before anything starts.

mod compared;
mod dry_run;
#[cfg(unix)]
mod ended;
mod files;
mod kept;
mod local;
mod place;
#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../program/mod.rs"]
mod program;
mod refused;
#[cfg(unix)]
mod scheduled;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "../crash/shim.rs"]
mod shim;
