//! Tables that are printed at the end of a run, pasted into a README and shown in a report: one
//! model, four renderings.
//!
//! `Table::to_string` makes plain text, [`Table::to_html`], [`Table::to_markdown`] and
//! [`Table::to_latex`] the rest.
//!
//! ```
//! use gradroute_runs::table::{Cell, Column, Section, Table};
//!
//! let column = |name: &str| Column { group: String::new(), name: name.to_owned() };
//! let table = Table {
//!     caption: "Test errors".to_owned(),
//!     columns: vec![column("class"), column("error")],
//!     sections: vec![Section {
//!         heading: String::new(),
//!         rows: vec![vec![Cell::plain("0"), Cell::plain("0.12")]],
//!     }],
//!     notes: Vec::new(),
//! };
//! assert_eq!(table.to_string(), "Test errors\n\nclass  error\n0       0.12\n");
//! ```

mod html;
mod latex;
mod markdown;
mod model;
mod text;

pub use html::escape_html;
pub use markdown::escape_markdown;
pub use model::{Cell, Column, Section, Table};

#[cfg(test)]
mod tests;
