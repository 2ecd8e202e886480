//! Two rules of exact zeros, for masks and for adjoints.

use gradroute_kernels::Real;

/// `weight * v`, but +0 for a weight of 0, whatever `v` is: a NaN or an infinity stops there. A
/// weight of 1 passes every bit. It is the rule of all masks, loss weights and update weights.
#[inline(always)]
pub(super) fn weighted<T: Real>(weight: T, v: T) -> T {
    if weight == T::ZERO { T::ZERO } else { weight * v }
}

/// `gradient`, a multiple of the adjoint `dy`, but exactly 0 where that is: the loss does not depend
/// on this element, so it must not matter that 0 times an infinity or a NaN is NaN.
#[inline(always)]
pub(super) fn passed_on<T: Real>(dy: T, gradient: T) -> T {
    // Without a branch, so that loops over it can be vectorised. Where it is 0 it keeps its sign.
    if (dy == T::ZERO) & (gradient != T::ZERO) { T::ZERO } else { gradient }
}
