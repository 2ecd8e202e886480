//! Maps over slices: one pass over memory, split over threads when long.
//!
//! Each output depends on its own inputs only, so bits depend on nothing else. All slices must
//! have the length of `out`.

use crate::isa::Kernel;
use crate::tasks::{self, Shared, piece};
use crate::vector::Vector;
use crate::{Isa, Real, Write};

/// Elements a task takes.
const CHUNK: usize = 16 * 1024;

/// `out[i] = f(a[i])`, or adds it.
///
/// # Panics
/// If lengths differ.
pub fn map1<T: Real>(write: Write, out: &mut [T], a: &[T], f: impl Fn(T) -> T + Sync) {
    check("map1", out.len(), &[a.len()]);
    match write {
        Write::Store => chunked(out, [a], |out, [a]| {
            for (out, &a) in out.iter_mut().zip(a) {
                *out = f(a);
            }
        }),
        Write::Add => chunked(out, [a], |out, [a]| {
            for (out, &a) in out.iter_mut().zip(a) {
                *out += f(a);
            }
        }),
    }
}

/// `out[i] = f(a[i], b[i])`, or adds it.
///
/// # Panics
/// If lengths differ.
pub fn map2<T: Real>(write: Write, out: &mut [T], a: &[T], b: &[T], f: impl Fn(T, T) -> T + Sync) {
    check("map2", out.len(), &[a.len(), b.len()]);
    match write {
        Write::Store => chunked(out, [a, b], |out, [a, b]| {
            for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
                *out = f(a, b);
            }
        }),
        Write::Add => chunked(out, [a, b], |out, [a, b]| {
            for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
                *out += f(a, b);
            }
        }),
    }
}

/// `out[i] = f(a[i], b[i], c[i])`, or adds it.
///
/// # Panics
/// If lengths differ.
pub fn map3<T: Real>(
    write: Write,
    out: &mut [T],
    a: &[T],
    b: &[T],
    c: &[T],
    f: impl Fn(T, T, T) -> T + Sync,
) {
    check("map3", out.len(), &[a.len(), b.len(), c.len()]);
    match write {
        Write::Store => chunked(out, [a, b, c], |out, [a, b, c]| {
            for (((out, &a), &b), &c) in out.iter_mut().zip(a).zip(b).zip(c) {
                *out = f(a, b, c);
            }
        }),
        Write::Add => chunked(out, [a, b, c], |out, [a, b, c]| {
            for (((out, &a), &b), &c) in out.iter_mut().zip(a).zip(b).zip(c) {
                *out += f(a, b, c);
            }
        }),
    }
}

/// `out[i] = f(out[i], a[i])`, in place.
///
/// # Panics
/// If lengths differ.
pub fn update1<T: Real>(out: &mut [T], a: &[T], f: impl Fn(T, T) -> T + Sync) {
    check("update1", out.len(), &[a.len()]);
    chunked(out, [a], |out, [a]| {
        for (out, &a) in out.iter_mut().zip(a) {
            *out = f(*out, a);
        }
    });
}

/// For each row r of `cols` columns, `out[r, j] = f(a[r, j], b[r, j], row[r])`, or adds it.
/// `out`, `a` and `b` are `[row.len(), cols]`.
///
/// # Panics
/// If lengths do not fit.
pub fn map_rows2<T: Real>(
    write: Write,
    out: &mut [T],
    cols: usize,
    a: &[T],
    b: &[T],
    row: &[T],
    f: impl Fn(T, T, T) -> T + Sync,
) {
    check("map_rows2", row.len() * cols, &[out.len(), a.len(), b.len()]);
    if cols == 0 {
        return;
    }
    let isa = Isa::current();
    let rows_a_task = (CHUNK / cols).max(1);
    let out = Shared::new(out);
    tasks::for_each(row.len().div_ceil(rows_a_task), |task| {
        for r in piece(task, rows_a_task, row.len()) {
            let range = r * cols..(r + 1) * cols;
            // SAFETY: different tasks take different rows.
            let out = unsafe { out.part(range.clone()) };
            let operands = [&a[range.clone()], &b[range]];
            let row = row[r];
            isa.dispatch(Chunk {
                out,
                operands,
                body: &|out: &mut [T], [a, b]: [&[T]; 2]| {
                    for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
                        write.to(out, f(a, b, row));
                    }
                },
            });
        }
    });
}

#[track_caller]
fn check(name: &str, out: usize, operands: &[usize]) {
    assert!(
        operands.iter().all(|&len| len == out),
        "elementwise::{name}: out has {out} elements, its operands have {operands:?}"
    );
}

/// Runs `body` on corresponding chunks of all slices.
fn chunked<T: Real, const N: usize>(
    out: &mut [T],
    operands: [&[T]; N],
    body: impl Fn(&mut [T], [&[T]; N]) + Sync,
) {
    let isa = Isa::current();
    let len = out.len();
    let out = Shared::new(out);
    tasks::for_each(len.div_ceil(CHUNK), |task| {
        let range = piece(task, CHUNK, len);
        // SAFETY: the chunks of different tasks do not overlap.
        let out = unsafe { out.part(range.clone()) };
        isa.dispatch(Chunk { out, operands: operands.map(|a| &a[range.clone()]), body: &body });
    });
}

struct Chunk<'a, T, F, const N: usize> {
    out: &'a mut [T],
    operands: [&'a [T]; N],
    body: &'a F,
}

impl<T, F: Fn(&mut [T], [&[T]; N]), const N: usize> Kernel for Chunk<'_, T, F, N> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        (self.body)(self.out, self.operands);
    }
}
