//! A training run, from the first step to the manifest.

mod error;
mod job;
mod logs;
mod publish;
mod run;
mod steps;
mod teaching;

pub use crate::progress::StepsTo;
pub use error::TrainError;
pub use job::{Job, Outcome, Start};
pub(crate) use publish::shown;
pub use publish::{Published, page_of, publish};
pub(crate) use run::earlier_results;
pub use run::{judge, run};
