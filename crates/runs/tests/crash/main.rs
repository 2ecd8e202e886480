//! Runs that are killed, meet a full disk, or find their files damaged.

mod against;
mod changed;
#[cfg(unix)]
mod company;
mod corruption;
mod faults;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod filesystems;
#[cfg(unix)]
mod limits;
mod nonfinite;
#[cfg(unix)]
mod paths;
mod probes;
#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../program/mod.rs"]
mod program;
mod resume;
mod run;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod shim;
mod stages;
mod verify;
