//! Whether a checkpoint is of a model.

use super::error::CheckpointError;
use super::load::{Checkpoint, Tensor};

/// What to do with a file that is of another model.
const AS_IT_WAS_MADE: &str = "use the configuration and the program that it was made with";

/// The most names that an error message lists.
const MAX_LISTED: usize = 6;

impl Checkpoint {
    /// The tensors of a model, in its order.
    ///
    /// # Errors
    /// When names are missing or not expected, or a shape or type is another; the
    /// message says which.
    pub fn require<'a>(
        &self,
        declared: impl IntoIterator<Item = (&'a str, &'a [usize])>,
    ) -> Result<Vec<&Tensor>, CheckpointError> {
        let (mut found, mut missing, mut misshaped) = (Vec::new(), Vec::new(), Vec::new());
        let mut extra: Vec<&str> =
            self.names().chain(self.others.keys().map(String::as_str)).collect();
        for (name, shape) in declared {
            extra.retain(|&other| other != name);
            match (self.tensor(name), self.others.get(name)) {
                (Some(tensor), _) if tensor.shape == shape => found.push(tensor),
                (Some(tensor), _) => {
                    misshaped.push(format!("{name} is {:?} instead of {shape:?}", tensor.shape));
                }
                (None, Some(dtype)) => misshaped
                    .push(format!("{name} is {dtype} instead of F32 (in PyTorch: `.float()`)")),
                (None, None) => missing.push(name.to_owned()),
            }
        }
        let advice = match (prefix(&extra, &missing), missing.is_empty() && misshaped.is_empty()) {
            (Some(prefix), _) => format!("take `{prefix}` from the beginning of each name"),
            (None, true) => "leave out what the model does not have".to_owned(),
            (None, false) => AS_IT_WAS_MADE.to_owned(),
        };
        let typed = |name: &str| match self.others.get(name) {
            Some(dtype) => format!("{name} ({dtype})"),
            None => name.to_owned(),
        };
        let extra = extra.into_iter().map(typed).collect();
        let differences = [
            ("missing", missing),
            ("not expected", extra),
            ("of another shape or type", misshaped),
        ]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what}: {}", listed(names)))
        .collect::<Vec<_>>();
        if differences.is_empty() {
            return Ok(found);
        }
        let (file, differences) = (self.file.clone(), differences.join("; "));
        Err(CheckpointError::Mismatch { file, differences, advice })
    }

    /// Refuses numbers that are not finite.
    ///
    /// # Errors
    /// The first such number.
    pub fn require_finite(&self) -> Result<(), CheckpointError> {
        for (name, tensor) in &self.tensors {
            if let Some(index) = tensor.data.iter().position(|value| !value.is_finite()) {
                let (file, tensor, value) = (self.file.clone(), name.clone(), tensor.data[index]);
                return Err(CheckpointError::NonFinite { file, tensor, index, value });
            }
        }
        Ok(())
    }

    /// The error that this file does not fit.
    pub(crate) fn does_not_fit(&self, differences: String) -> CheckpointError {
        let (file, advice) = (self.file.clone(), AS_IT_WAS_MADE.to_owned());
        CheckpointError::Mismatch { file, differences, advice }
    }
}

/// What all names in the file have in front of the names that are missing, such as the `module.` of
/// PyTorch's parallel wrappers. Where there are two such, as in a file of an optimizer's moments,
/// neither is meant.
fn prefix<'e>(extra: &[&'e str], missing: &[String]) -> Option<&'e str> {
    let first = missing.first()?;
    let candidates = extra.iter().filter_map(|name| name.strip_suffix(first.as_str()));
    let mut whole = candidates.filter(|prefix| !prefix.is_empty()).filter(|prefix| {
        missing.iter().all(|name| extra.contains(&format!("{prefix}{name}").as_str()))
    });
    whole.next().filter(|_| whole.next().is_none())
}

fn listed(names: Vec<String>) -> String {
    match names.len().checked_sub(MAX_LISTED) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{} and {more} more", names[..MAX_LISTED].join(", ")),
    }
}
