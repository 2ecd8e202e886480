//! The paper's autoencoder and its certificates: what only this experiment knows.

mod digit_list;
mod error_table;
pub mod figures;
mod palette;

pub use digit_list::digit_list;
pub use error_table::error_table;
