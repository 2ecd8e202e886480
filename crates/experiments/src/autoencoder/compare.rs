//! What a comparison of autoencoders shows: errors on each half's digits and digit by digit, beside
//! what others have published.

mod csv;
mod figures;
mod images;
mod losses;
mod measure;
mod page;
mod published;
mod sides;
mod tables;

pub use measure::{Measure, Metric, Shown, Subject, Weighting};
pub use page::page;
pub use published::{Published, published};
pub use tables::{digit_table, group_table};

#[cfg(test)]
mod tests;
