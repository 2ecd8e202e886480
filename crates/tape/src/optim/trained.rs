//! The parameters that a step updates: all that are not frozen.

use std::ops::Range;

use gradroute_kernels::Real;

use crate::params::{Gradients, ParamId, Params};

/// A parameter that is not frozen got no gradient: a mistake in the graph, not a reason to skip.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no gradient reached the parameter(s) {}: the loss does not depend on them (or only through \
     detach); freeze them if that is meant",
    .names.join(", ")
)]
pub struct MissingGradient {
    /// The names of the parameters, in declared order.
    pub names: Vec<String>,
}

/// Whether every parameter that is not frozen received a gradient.
///
/// # Errors
/// If one did not; the error names them all.
pub(super) fn ready<T: Real>(
    params: &Params<T>,
    gradients: &Gradients<T>,
) -> Result<(), MissingGradient> {
    if gradients.missing(params).next().is_none() {
        return Ok(());
    }
    let names = gradients.missing(params).map(|id| params.name(id).to_owned());
    Err(MissingGradient { names: names.collect() })
}

/// Calls `update` with the longest possible ranges that hold no frozen parameter.
pub(super) fn for_each_trained<T: Real>(
    params: &mut Params<T>,
    mut update: impl FnMut(&mut Params<T>, Range<usize>),
) {
    let (mut start, mut at) = (0, 0);
    for i in 0..params.count() {
        let id = ParamId(i);
        let range = params.range(id);
        if params.is_frozen(id) {
            if start < range.start {
                update(params, start..range.start);
            }
            start = range.end;
        }
        at = range.end;
    }
    if start < at {
        update(params, start..at);
    }
}
