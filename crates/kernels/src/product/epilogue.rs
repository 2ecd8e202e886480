//! What happens to the elements of a product on their way out.

use std::sync::atomic::Ordering;

use crate::backend::{Epilogue, Offset};
use crate::tasks::Shared;
use crate::vector::Vector;
use crate::{Real, Write};

impl<'a, T: Real> Epilogue<'a, T> {
    pub fn new(write: Write) -> Self {
        Epilogue {
            write,
            factor: T::ONE,
            offset: Offset::None,
            relu: false,
            active: None,
            not_finite: None,
        }
    }

    /// Turns `chain`, the elements of C's row `row` from column `col` on, into values and writes
    /// them to `out`, the same elements of C. `cols` is C's width.
    ///
    /// All choices are made outside of the loops, and nothing in them is read through a
    /// reference, so that they can be vectorised.
    #[inline(always)]
    pub fn finish(self, chain: &[T], out: &mut [T], row: usize, col: usize, cols: usize) {
        let Epilogue { write, factor, offset, relu, active, not_finite } = self;
        let chain = &chain[..out.len()];
        let active = active.map(|active| &active[row * cols + col..][..out.len()]);
        match offset {
            Offset::None => {
                finish_with(write, out, chain, relu, active, |_, v| factor.mul_add(v, T::ZERO));
            }
            Offset::Rows(offsets) => {
                let offset = offsets[row] + T::ZERO;
                finish_with(write, out, chain, relu, active, |_, v| factor.mul_add(v, offset));
            }
            Offset::Columns(offsets) => {
                let offsets = &offsets[col..][..out.len()];
                finish_with(write, out, chain, relu, active, |j, v| {
                    factor.mul_add(v, offsets[j] + T::ZERO)
                });
            }
        }
        if let Some(not_finite) = not_finite
            && out.iter().fold(false, |found, v| found | !v.is_finite())
        {
            not_finite.store(true, Ordering::Relaxed);
        }
    }
}

/// Rows of C that are prefetched ahead of the one that is finished.
pub(super) const FINISH_AHEAD: usize = 4;

/// Prefetches `len` elements of C from `start` on, and of what masks them. They need not exist.
#[inline(always)]
pub(super) fn prefetch_out<V: Vector>(
    c: &Shared<f32>,
    active: Option<&[f32]>,
    start: usize,
    len: usize,
) {
    V::prefetch_row(c.address(start), len);
    if let Some(active) = active {
        V::prefetch_row(active.as_ptr().wrapping_add(start), len);
    }
}

#[inline(always)]
fn finish_with<T: Real>(
    write: Write,
    out: &mut [T],
    chain: &[T],
    relu: bool,
    active: Option<&[T]>,
    value: impl Fn(usize, T) -> T,
) {
    match (relu, active) {
        (false, None) => write_values(write, out, chain, value),
        (true, None) => write_values(write, out, chain, |j, v| value(j, v).relu()),
        (_, Some(active)) => write_values(write, out, chain, |j, v| {
            let value = value(j, v);
            let value = if relu { value.relu() } else { value };
            if active[j] <= T::ZERO { T::ZERO } else { value }
        }),
    }
}

#[inline(always)]
fn write_values<T: Real>(write: Write, out: &mut [T], chain: &[T], value: impl Fn(usize, T) -> T) {
    match write {
        Write::Store => {
            for (j, (out, &v)) in out.iter_mut().zip(chain).enumerate() {
                *out = value(j, v);
            }
        }
        Write::Add => {
            for (j, (out, &v)) in out.iter_mut().zip(chain).enumerate() {
                *out += value(j, v);
            }
        }
    }
}
