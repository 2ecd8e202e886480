//! The parameters that a step updates: all that are not frozen.

use std::fmt;
use std::ops::Range;

use gradroute_kernels::Real;

use crate::gradients::Gradients;
use crate::params::{ParamId, Params};

/// Why an optimizer made no step. Nothing is changed then.
#[derive(Clone, PartialEq, thiserror::Error)]
pub enum UpdateError {
    /// Some parameters got no gradient.
    #[error(transparent)]
    Missing(#[from] MissingGradient),
    /// A gradient is NaN or infinite, or too large for its square to be finite.
    #[error(
        "element {element} of the gradient of `{name}` is {value}: an optimizer needs numbers that are \
         finite, and small enough to be squared"
    )]
    NotFinite {
        /// The parameter.
        name: String,
        /// Row-major position in it.
        element: usize,
        /// The number there.
        value: f64,
    },
}

/// A parameter that is not frozen got no gradient: a mistake in the graph, not a reason to skip.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no gradient reached the parameter(s) {}: the loss does not depend on them (or only through \
     detach); or these are the gradients of a group without samples in the batch, or not those that the \
     backward pass was given. Freeze the parameters if it is meant so",
    .names.join(", ")
)]
pub struct MissingGradient {
    /// The names of the parameters, in declared order.
    pub names: Vec<String>,
}

/// The message, as that is what `unwrap` shows.
impl fmt::Debug for UpdateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for MissingGradient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether those of `ids` that are not frozen received gradients that can be used.
///
/// # Errors
/// If one did not; the error names it.
///
/// # Panics
/// If the gradients are of other parameters.
#[track_caller]
pub(super) fn ready<T: Real>(
    params: &Params<T>,
    gradients: &Gradients<T>,
    ids: impl Iterator<Item = ParamId> + Clone,
) -> Result<(), UpdateError> {
    assert!(gradients.fits(params), "these gradients were made for other parameters than these");
    let held = |id: ParamId| gradients.held(id.index()).is_all();
    let trained = ids.filter(|&id| !params.is_frozen(id) && !held(id));
    let missing = trained.clone().filter(|&id| gradients.get(id).is_none());
    if missing.clone().next().is_some() {
        let names = missing.map(|id| params.name(id).to_owned()).collect();
        return Err(MissingGradient { names }.into());
    }
    if !gradients.are_usable()
        && let Some((id, element)) = gradients.first_unusable(trained)
    {
        let value = gradients.flat()[params.range(id).start + element].to_f64();
        return Err(UpdateError::NotFinite { name: params.name(id).to_owned(), element, value });
    }
    Ok(())
}

/// Notes that gradients are used by an optimizer that used those of the pass `used` before.
///
/// # Panics
/// If it used these, or later ones, already.
#[track_caller]
pub(super) fn use_once<T: Real>(used: &mut u64, gradients: &Gradients<T>) {
    let pass = gradients.pass();
    assert!(
        pass == 0 || pass > *used,
        "a step was made with these gradients already, or with later ones: call backward again before \
         the next one (with groups of one pass, in their order)"
    );
    *used = pass.max(*used);
    gradients.note_use();
}

/// Refuses a setting that is not finite, or no more than 0, as a number of the parameters' precision.
#[track_caller]
pub(super) fn require_as<T: Real>(what: &str, value: f64) {
    let held = T::from_f64(value);
    assert!(
        held.is_finite() && (held > T::ZERO || value == 0.0),
        "{what} is {value:e}, which is {held} as a number of {} bits",
        8 * size_of::<T>()
    );
}

/// Refuses a setting that no optimizer can work with.
#[track_caller]
pub(super) fn require(what: &str, value: f64, range: Range<f64>) {
    assert!(
        range.contains(&value),
        "{what} must be from {} to below {}, found {value}",
        range.start,
        range.end
    );
}
