//! The rule of all masks, loss weights and update weights: 0 selects zero, 1 changes nothing.

use gradroute_kernels::Real;

/// `weight * v`, but +0 for a weight of 0, whatever `v` is: a NaN or an infinity stops there. A
/// weight of 1 passes every bit.
#[inline(always)]
pub(super) fn weighted<T: Real>(weight: T, v: T) -> T {
    if weight == T::ZERO { T::ZERO } else { weight * v }
}
