//! Why weights can't be saved or loaded.

use std::io;
use std::path::{Path, PathBuf};

/// The most names that a message lists of each kind.
const MAX_LISTED: usize = 6;

/// Why [`Params::save`](crate::Params::save) or [`Params::load`](crate::Params::load) failed.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file can't be read or written; the source says why.
    #[error("cannot {action} {}", file.display())]
    File {
        /// What was tried, such as "read".
        action: &'static str,
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no whole safetensors file.
    #[error(
        "{}: {field} is {found}, expected {expected}; the file is damaged or no safetensors file",
        file.display()
    )]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The part of it that is wrong.
        field: &'static str,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// The tensors of the file are not the parameters.
    #[error(
        "{} holds the weights of another model ({}); add the same parameters, of the same names and \
         shapes, as when it was saved", file.display(), differences(missing, unexpected, misshaped)
    )]
    Mismatch {
        /// The file.
        file: PathBuf,
        /// Parameters that the file lacks, in declared order.
        missing: Vec<String>,
        /// Tensors of the file that are no parameters, in the file's order.
        unexpected: Vec<String>,
        /// Parameters that have another shape in the file, with both shapes.
        misshaped: Vec<String>,
    },
    /// A tensor holds numbers of a type that the parameters can't take exactly.
    #[error("{}: tensor `{tensor}` is {found}, expected {expected}: {advice}", file.display())]
    Dtype {
        /// The file.
        file: PathBuf,
        /// The tensor's name.
        tensor: String,
        /// Its type in the file.
        found: String,
        /// The types that can be loaded.
        expected: &'static str,
        /// What to do.
        advice: &'static str,
    },
}

impl WeightsError {
    /// For `map_err`: turns an I/O error into one that names the file.
    pub(super) fn of(action: &'static str, file: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::File { action, file: file.to_owned(), source }
    }
}

fn differences(missing: &[String], unexpected: &[String], misshaped: &[String]) -> String {
    [("missing", missing), ("not expected", unexpected), ("misshaped", misshaped)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what}: {}", listed(names)))
        .collect::<Vec<_>>()
        .join("; ")
}

fn listed(names: &[String]) -> String {
    match names.len().checked_sub(MAX_LISTED) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{} and {more} more", names[..MAX_LISTED].join(", ")),
    }
}
