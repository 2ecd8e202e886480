//! The leak audit: for every term of the loss, group of samples and part of the network, how large the
//! gradient is that arrives; what of it arrives where it must not, and by which way; and what moved
//! each layer.
//!
//! An experiment says which groups its samples are of and what each must not teach
//! ([`Experiment::groups`](crate::Experiment::groups)), and in its step which sample is of which
//! ([`Step::groups`](crate::Step::groups)) and where to look
//! ([`Step::regions`](crate::Step::regions)). The rest hangs on
//! [`Step::backward`](crate::Step::backward).
//!
//! A *leak* is a contribution that is not exactly 0, arriving where its group must not teach. It is one
//! use of the value by one op: a value may have one use that is blocked and another that is not, and their
//! sum would not tell.

mod error;
mod found;
mod groups;
mod moved;
mod pass;
mod path;
mod picture;
mod regions;
mod result;
mod show;
mod steps;
mod term;

pub use error::AuditError;
pub use groups::Groups;
pub use picture::heat_map;
pub(crate) use regions::{ParamRegion, ParamSet, ParamSets, ValueRegion, check, of_params};
pub use result::{Audit, ByTerm, Leak, Moved, Place};
pub(crate) use show::short;
pub use show::{in_words, to_text};
pub(crate) use steps::NO_SAMPLE;
