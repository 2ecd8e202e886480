//! What is minimised: the terms of the loss, and how they hang on the model.
//!
//! Three terms look at the decoder: `good` is its error on the top half's digits, which teaches
//! the top half; `good_bad` that on the bottom half's digits, which teaches the top half too; `bad`
//! that on the bottom half's digits, which teaches the bottom half. They are the Good, GoodBad and
//! Bad of Cloud et al. 2024 (arXiv 2410.04332), whose top half holds the good digits. The
//! replication's loss, the decoder's mean absolute error with each digit routed to its own half,
//! is `good` plus `bad`.

mod correlation;
mod pass;
mod terms;
mod whole;

pub use correlation::mean_absolute_correlation;
pub use terms::LossTerms;
pub use whole::Objective;
