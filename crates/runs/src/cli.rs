//! The command line of any program with experiments: what can be asked, and how failures are told.

mod arguments;
mod at_step;
mod audit;
mod audit_arguments;
mod catalogue;
mod commands;
mod compare;
mod compared;
mod completions;
mod control;
mod control_done;
mod evaluate;
mod experiments;
mod failure;
mod figures;
mod find;
mod folder_of;
mod go_on;
mod graph;
mod graph_arguments;
mod graph_format;
mod graph_request;
mod machine;
mod of;
mod place_arguments;
mod presets;
mod print;
mod resume;
mod run;
mod saved_run;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "serve")]
mod serve_arguments;
#[cfg(feature = "serve")]
mod served;
#[cfg(feature = "serve")]
mod shown;
mod start;
mod summary;
mod sweep;
mod sweep_arguments;
mod sweep_request;
mod to_end;
mod train;
mod verify;
mod whole;

pub use catalogue::{Entry, entry};
pub use run::run;
