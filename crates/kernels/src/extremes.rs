//! The greatest or least number along an axis.

use crate::{Real, Write, rows};

/// Which extreme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// The greatest.
    Max,
    /// The least.
    Min,
}

impl Extreme {
    /// Whether `next` takes the place of the extreme so far. A NaN does, and keeps it; of equals, the
    /// first stays.
    #[inline(always)]
    pub fn is_exceeded<T: Real>(self, so_far: T, next: T) -> bool {
        let is_nan = |v: T| v.partial_cmp(&v).is_none();
        let beyond = match self {
            Extreme::Max => next > so_far,
            Extreme::Min => next < so_far,
        };
        beyond || is_nan(next) && !is_nan(so_far)
    }

    /// Position along the axis of the extreme of `x(0)` to `x(n - 1)`; `n` is 1 or more.
    #[inline(always)]
    fn position<T: Real>(self, n: usize, x: impl Fn(usize) -> T) -> usize {
        (1..n).fold(0, |best, k| if self.is_exceeded(x(best), x(k)) { k } else { best })
    }
}

/// `y[a, b]` is the extreme of `x[a, k, b]` over k; `x` is `[outer, n, inner]`, `y` `[outer, inner]`.
///
/// # Panics
/// If lengths do not fit, or `n` is 0.
pub fn along_axis<T: Real>(extreme: Extreme, y: &mut [T], x: &[T], [outer, n, inner]: [usize; 3]) {
    check("along_axis", y.len(), x.len(), [outer, n, inner]);
    rows::for_each_of(y, inner, n * inner, |a, y| {
        let x = &x[a * n * inner..][..n * inner];
        for (b, y) in y.iter_mut().enumerate() {
            let best = extreme.position(n, |k| x[k * inner + b]);
            *y = x[best * inner + b];
        }
    });
}

/// The gradient of [`along_axis`], or adds it: `dy` at the extreme, the first of several, +0
/// elsewhere.
///
/// # Panics
/// As [`along_axis`].
pub fn along_axis_backward<T: Real>(
    extreme: Extreme,
    write: Write,
    dx: &mut [T],
    dy: &[T],
    x: &[T],
    [outer, n, inner]: [usize; 3],
) {
    check("along_axis_backward", dy.len(), dx.len(), [outer, n, inner]);
    check("along_axis_backward", dy.len(), x.len(), [outer, n, inner]);
    rows::for_each(dx, n * inner, |a, dx| {
        let x = &x[a * n * inner..][..n * inner];
        for b in 0..inner {
            let best = extreme.position(n, |k| x[k * inner + b]);
            for k in 0..n {
                let value = if k == best { dy[a * inner + b] } else { T::ZERO };
                write.to(&mut dx[k * inner + b], value);
            }
        }
    });
}

#[track_caller]
fn check(name: &str, y: usize, x: usize, [outer, n, inner]: [usize; 3]) {
    assert!(
        y == outer * inner && x == outer * n * inner && n > 0,
        "extremes::{name}: [{outer}, {n}, {inner}] to [{outer}, {inner}], but slices of {x} and {y} \
         elements"
    );
}
