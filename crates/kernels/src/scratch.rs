//! Thread-local buffers that keep their capacity from call to call.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};

/// A cache line; buffers of lines start on one.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// What a buffer is for. Uses with different slots can be alive at once without allocating.
#[derive(Clone, Copy)]
pub(crate) enum Slot {
    Offsets,
    Operand,
    Masks,
    Panels,
    Tile,
    Row,
    Product,
    Pieces,
    Finished,
    Columns,
    Image,
    Partial,
    Share,
    Magnitudes,
    MagnitudesA,
    MagnitudesB,
    MagnitudesActive,
    KeptRows,
    KeptDepth,
    KeptCols,
    Line,
}

const SLOTS: usize = 21;

thread_local! {
    static BUFFERS: [Cell<Vec<Line>>; SLOTS] = const { [const { Cell::new(Vec::new()) }; SLOTS] };
}

/// Types that any bit pattern is a value of.
///
/// # Safety
/// Implementors have no invalid bit patterns, and an alignment that divides 64.
pub(crate) unsafe trait Plain: Copy {}
// SAFETY: numbers have no invalid bit patterns and are aligned to at most 8.
unsafe impl Plain for f32 {}
// SAFETY: as above.
unsafe impl Plain for f64 {}
// SAFETY: as above.
unsafe impl Plain for u32 {}
// SAFETY: as above.
unsafe impl Plain for u64 {}

/// A buffer on loan from this thread's `slot`, given back when dropped. Its contents are
/// arbitrary.
///
/// A thread that waits for others inside rayon may run an unrelated kernel meanwhile; that one
/// finds the slot empty and gets a new buffer, so loans never overlap.
pub(crate) struct Scratch<T: Plain> {
    lines: Vec<Line>,
    len: usize,
    slot: Slot,
    element: std::marker::PhantomData<T>,
}

impl<T: Plain> Scratch<T> {
    pub fn take(slot: Slot, len: usize) -> Self {
        let mut lines = BUFFERS.with(|buffers| buffers[slot as usize].take());
        let needed = (len * size_of::<T>()).div_ceil(size_of::<Line>());
        if lines.len() < needed {
            // The old memory goes first, and there is no more of the new than is asked for.
            drop(std::mem::take(&mut lines));
            lines = vec![Line([0; 64]); needed];
        }
        Scratch { lines, len, slot, element: std::marker::PhantomData }
    }
}

impl<T: Plain> Drop for Scratch<T> {
    fn drop(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        // During a thread's end its slots are gone, and the buffer is simply freed.
        let _ = BUFFERS.try_with(|buffers| {
            let cell = &buffers[self.slot as usize];
            let other = cell.take();
            cell.set(if other.len() > lines.len() { other } else { lines });
        });
    }
}

impl<T: Plain> Deref for Scratch<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the lines are initialised and hold at least `len` elements; their alignment is
        // enough and any bits are a value, by `Plain`.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }
}

impl<T: Plain> DerefMut for Scratch<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`, and the buffer is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}
