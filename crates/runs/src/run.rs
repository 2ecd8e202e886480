//! The run directory: everything that a run leaves behind.
//!
//! | file | content |
//! |---|---|
//! | `config.toml` | the resolved configuration ([`crate::config::Resolved`]) |
//! | `metrics.jsonl` | one [`StepLine`](crate::StepLine) a line, a step each |
//! | `timing.jsonl` | one [`StepTiming`](crate::StepTiming) a line, apart so that metrics of equal runs are equal bytes |
//! | `epochs.jsonl` | measures in between, where a stage asks for them ([`crate::evaluation::Interim`]) |
//! | `stages.jsonl` | results at the end of each stage but the last ([`crate::evaluation::StageResults`]) |
//! | `checkpoints/` | of the last two checkpoints: weights, the rest of the state, record ([`saved`]) |
//! | `evaluation.json` | [`crate::evaluation::Evaluation`] |
//! | `figures/`, `report.html` | pictures, each as PNG and SVG, and the page with all of them |
//! | `manifest.json` | [`Manifest`]: versions, machine, hashes; written last |
//! | `control/` | the run's control, as a run of its own, where it was asked for |
//! | `.lock` | locked by the process that works on the run |

pub mod atomic;
pub mod checkpoint;
mod clock;
mod data_record;
mod digest;
mod directory;
mod disk;
mod file_error;
mod json;
pub mod jsonl;
mod lock;
mod machine;
mod manifest;
mod names;
mod offered;
mod record;
mod recorded_path;
pub mod saved;

pub use clock::timestamp;
pub use data_record::DataRecord;
pub(crate) use data_record::absolute;
pub use digest::FileDigest;
pub(crate) use digest::hex;
pub use directory::{DirectoryError, RunDirectory};
pub use file_error::FileError;
pub use json::read_json;
#[cfg(feature = "serve")]
pub(crate) use lock::is_held;
pub(crate) use lock::wait_for_lock;
pub use manifest::Manifest;
pub(crate) use names::{CONFIG, EVALUATION, FIGURES, REPORT, remove_unfinished};
pub use record::{Damage, Origin, Record, configuration_sha256};
