//! Runs that are killed, meet a full disk, or find their files damaged.

mod changed;
mod corruption;
mod faults;
mod nonfinite;
mod resume;
mod run;
mod stages;
mod verify;
