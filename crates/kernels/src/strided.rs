//! Arrays of up to four axes that are read in another order, or repeated along some of them.

use crate::reduce::{self, serial_sum};
use crate::rows::{self, Row};
use crate::scratch::{Scratch, Slot};
use crate::{Real, Write};

/// The axes of the arrays here; missing ones in front have extent 1.
pub const AXES: usize = 4;

/// Repeats of an element up to which their positions are written down.
const TABLE: usize = 16 * 1024;

/// A slice read along four axes. A stride of 0 repeats what is there.
#[derive(Clone, Copy, Debug)]
pub struct Strided<'a, T> {
    /// The elements.
    pub data: &'a [T],
    /// By how many elements a step along each axis moves.
    pub strides: [usize; AXES],
}

impl<T: Copy> Strided<'_, T> {
    /// Where the row of this number starts, the last axis being the row.
    #[inline(always)]
    fn row(&self, row: usize, dims: [usize; AXES]) -> usize {
        offset(row, [dims[0], dims[1], dims[2], 1], self.strides)
    }
}

/// How far the element `flat` of an array of extents `dims` lies from the first, by `strides`.
#[inline(always)]
fn offset(mut flat: usize, dims: [usize; AXES], strides: [usize; AXES]) -> usize {
    let mut offset = 0;
    for axis in (0..AXES).rev() {
        offset += flat % dims[axis] * strides[axis];
        flat /= dims[axis];
    }
    offset
}

/// `out[i] = f(a[i])`, or adds it, for the indices i of an array of extents `dims`.
///
/// # Panics
/// If `out` has not as many elements as `dims` says, or `a` is too short.
pub fn map1<T: Real>(
    write: Write,
    out: &mut [T],
    dims: [usize; AXES],
    a: Strided<T>,
    f: impl Fn(T) -> T + Sync,
) {
    check("map1", out.len(), dims);
    rows::fill(out, dims[3], dims[3], Map1 { write, dims, a, f });
}

struct Map1<'a, T, F> {
    write: Write,
    dims: [usize; AXES],
    a: Strided<'a, T>,
    f: F,
}

impl<T: Real, F: Fn(T) -> T + Sync> Row<T> for Map1<'_, T, F> {
    #[inline(always)]
    fn fill(&self, row: usize, out: &mut [T]) {
        let Self { write, a, ref f, .. } = *self;
        let (start, stride) = (a.row(row, self.dims), a.strides[3]);
        if stride == 1 {
            let a = &a.data[start..start + out.len()];
            return out.iter_mut().zip(a).for_each(|(out, &a)| write.to(out, f(a)));
        }
        for (j, out) in out.iter_mut().enumerate() {
            write.to(out, f(a.data[start + j * stride]));
        }
    }
}

/// `out[i] = f(a[i], b[i])`, or adds it, for the indices i of an array of extents `dims`.
///
/// # Panics
/// If `out` has not as many elements as `dims` says, or an operand is too short.
pub fn map2<T: Real>(
    write: Write,
    out: &mut [T],
    dims: [usize; AXES],
    a: Strided<T>,
    b: Strided<T>,
    f: impl Fn(T, T) -> T + Sync,
) {
    check("map2", out.len(), dims);
    rows::fill(out, dims[3], dims[3], Map2 { write, dims, a, b, f });
}

struct Map2<'a, T, F> {
    write: Write,
    dims: [usize; AXES],
    a: Strided<'a, T>,
    b: Strided<'a, T>,
    f: F,
}

impl<T: Real, F: Fn(T, T) -> T + Sync> Row<T> for Map2<'_, T, F> {
    #[inline(always)]
    fn fill(&self, row: usize, out: &mut [T]) {
        let Self { write, dims, a, b, ref f } = *self;
        let (from_a, from_b) = (a.row(row, dims), b.row(row, dims));
        // Choices outside of the loops, so that these can be vectorised.
        match (a.strides[3], b.strides[3]) {
            (1, 1) => {
                let (a, b) = (&a.data[from_a..][..out.len()], &b.data[from_b..][..out.len()]);
                for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
                    write.to(out, f(a, b));
                }
            }
            (1, 0) => {
                let (a, b) = (&a.data[from_a..][..out.len()], b.data[from_b]);
                out.iter_mut().zip(a).for_each(|(out, &a)| write.to(out, f(a, b)));
            }
            (0, 1) => {
                let (a, b) = (a.data[from_a], &b.data[from_b..][..out.len()]);
                out.iter_mut().zip(b).for_each(|(out, &b)| write.to(out, f(a, b)));
            }
            (step_a, step_b) => {
                for (j, out) in out.iter_mut().enumerate() {
                    write.to(out, f(a.data[from_a + j * step_a], b.data[from_b + j * step_b]));
                }
            }
        }
    }
}

/// `out[i] = f(a[i], b[i], c[i])`, or adds it, for the indices i of an array of extents `dims`;
/// `c` is contiguous.
///
/// # Panics
/// If `out` and `c` have not as many elements as `dims` says, or an operand is too short.
pub fn map3<T: Real>(
    write: Write,
    out: &mut [T],
    dims: [usize; AXES],
    a: Strided<T>,
    b: Strided<T>,
    c: &[T],
    f: impl Fn(T, T, T) -> T + Sync,
) {
    check("map3", out.len(), dims);
    check("map3", c.len(), dims);
    rows::fill(out, dims[3], dims[3], Map3 { write, dims, a, b, c, f });
}

struct Map3<'a, T, F> {
    write: Write,
    dims: [usize; AXES],
    a: Strided<'a, T>,
    b: Strided<'a, T>,
    c: &'a [T],
    f: F,
}

impl<T: Real, F: Fn(T, T, T) -> T + Sync> Row<T> for Map3<'_, T, F> {
    #[inline(always)]
    fn fill(&self, row: usize, out: &mut [T]) {
        let Self { write, dims, a, b, c, ref f } = *self;
        let (from_a, from_b) = (a.row(row, dims), b.row(row, dims));
        let c = &c[row * dims[3]..][..out.len()];
        match (a.strides[3], b.strides[3]) {
            (1, 1) => {
                let (a, b) = (&a.data[from_a..][..out.len()], &b.data[from_b..][..out.len()]);
                for (((out, &a), &b), &c) in out.iter_mut().zip(a).zip(b).zip(c) {
                    write.to(out, f(a, b, c));
                }
            }
            (1, 0) => {
                let (a, b) = (&a.data[from_a..][..out.len()], b.data[from_b]);
                for ((out, &a), &c) in out.iter_mut().zip(a).zip(c) {
                    write.to(out, f(a, b, c));
                }
            }
            (step_a, step_b) => {
                for (j, (out, &c)) in out.iter_mut().zip(c).enumerate() {
                    let (a, b) = (a.data[from_a + j * step_a], b.data[from_b + j * step_b]);
                    write.to(out, f(a, b, c));
                }
            }
        }
    }
}

/// For an array of extents `small` that is repeated to `dims`, writes to each of its elements the
/// sum of `f(i)` over the indices i that it was repeated to, given as positions in a contiguous
/// array of extents `dims` and in another one, read by `strides`.
///
/// The indices are taken in ascending order, and the sum has the order of
/// [`reduce::sum1`].
///
/// # Panics
/// If `out` has not as many elements as `small` says, or an extent of `small` is neither 1 nor that
/// of `dims`.
pub fn sums_over_repeats<T: Real>(
    write: Write,
    out: &mut [T],
    small: [usize; AXES],
    dims: [usize; AXES],
    strides: [usize; AXES],
    f: impl Fn(usize, usize, usize) -> T + Sync,
) {
    check("sums_over_repeats", out.len(), small);
    let fits = |axis: usize| small[axis] == dims[axis] || small[axis] == 1;
    assert!(
        (0..AXES).all(fits),
        "strided::sums_over_repeats: {small:?} is not repeated to {dims:?}"
    );
    let repeats: [usize; AXES] =
        std::array::from_fn(|axis| if small[axis] == dims[axis] { 1 } else { dims[axis] });
    let count: usize = repeats.iter().product();
    let contiguous = contiguous(dims);
    // How far the repeats of an element lie from its first one, the same for all elements.
    let step = |j: usize| [offset(j, repeats, contiguous), offset(j, repeats, strides)];
    let first = |k: usize| [offset(k, small, contiguous), offset(k, small, strides)];
    if count > TABLE {
        for (k, slot) in out.iter_mut().enumerate() {
            let from = first(k);
            let sum = reduce::sum_indexed(count, |j| {
                let step = step(j);
                f(k, from[0] + step[0], from[1] + step[1])
            });
            write.to(slot, sum);
        }
        return;
    }
    let mut steps = Scratch::<u64>::take(Slot::Offsets, 2 * count);
    for (j, slot) in steps.chunks_exact_mut(2).enumerate() {
        slot.copy_from_slice(&step(j).map(|step| step as u64));
    }
    let steps = &*steps;
    rows::for_each_of(out, 1, count, |k, slot| {
        let from = first(k);
        let sum = serial_sum(count, |j| {
            f(k, from[0] + steps[2 * j] as usize, from[1] + steps[2 * j + 1] as usize)
        });
        write.to(&mut slot[0], sum);
    });
}

/// The strides of an array that lies in its order without gaps.
pub fn contiguous(dims: [usize; AXES]) -> [usize; AXES] {
    let mut strides = [1; AXES];
    for axis in (0..AXES - 1).rev() {
        strides[axis] = strides[axis + 1] * dims[axis + 1];
    }
    strides
}

#[track_caller]
fn check(name: &str, len: usize, dims: [usize; AXES]) {
    let expected: usize = dims.iter().product();
    assert_eq!(len, expected, "strided::{name}: {dims:?} has {expected} elements, a slice {len}");
}
