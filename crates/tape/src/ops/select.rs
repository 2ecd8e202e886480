//! Two rules of exact zeros, for masks and for adjoints.

use gradroute_kernels::strided::{self, Strided};
use gradroute_kernels::{Real, Write, elementwise};

use crate::shape::Shape;

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

/// `out[i] = mask[i] * v[i]`, or adds it, by both rules. `mask` is repeated to `full`, the shape of the
/// others.
pub(crate) fn masked<T: Real>(
    write: Write,
    out: &mut [T],
    v: &[T],
    mask: &[T],
    mask_shape: Shape,
    full: Shape,
) {
    let passed = |v, weight| passed_on(v, weighted(weight, v));
    if mask.len() == v.len() {
        return elementwise::map2(write, out, v, mask, passed);
    }
    let mask = Strided { data: mask, strides: mask_shape.strides_in(full) };
    let v = Strided { data: v, strides: full.strides_in(full) };
    strided::map2(write, out, full.padded(), v, mask, passed);
}
