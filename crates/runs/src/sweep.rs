//! Sweeps: many runs of an experiment by one file, nothing done twice and nothing lost.
//!
//! A [`SweepFile`] says which runs are [`Wanted`]; each has a folder of its own, named by what tells
//! it from the others. What is in that folder says how far the run is, so a sweep
//! that is started again goes on where the one before ended, however that was. The list of all runs,
//! [`SweepList`], is for readers alone.

mod error;
mod file;
mod list;
mod name;
mod shown;
pub(crate) mod slurm;
mod standing;
mod wanted;
mod work;

pub use error::{MOST_RUNS, SweepError};
pub use file::SweepFile;
pub(crate) use list::COPY;
pub use list::{LIST, ListedRun, RunState, SweepList};
pub(crate) use name::labels;
pub(crate) use shown::Shown;
pub(crate) use standing::{Standing, standing};
pub use wanted::Wanted;
pub(crate) use work::{Share, Tried, side_by_side};
