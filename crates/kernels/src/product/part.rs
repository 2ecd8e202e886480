//! Parts of matrices: what a product is taken of where some rows and columns are left out.

use std::ops::Range;

use super::epilogue::{FINISH_AHEAD, prefetch_out};
use crate::Matrix;
use crate::backend::Epilogue;
use crate::scratch::{Scratch, Slot};
use crate::tasks::Shared;
use crate::vector::Vector;

/// The indices of an axis that are left, ascending.
#[derive(Clone, Copy)]
pub(super) struct Axis<'a> {
    /// All of them, if this is none.
    kept: Option<&'a [u32]>,
    whole: usize,
}

impl<'a> Axis<'a> {
    pub fn all(len: usize) -> Self {
        Axis { kept: None, whole: len }
    }

    /// `kept` of the indices `0..whole`.
    ///
    /// # Panics
    /// If they don't ascend or one is beyond `whole`.
    pub fn of(kept: &'a [u32], whole: usize) -> Self {
        assert!(kept.is_sorted_by(|a, b| a < b));
        assert!(kept.last().is_none_or(|&last| (last as usize) < whole));
        Axis { kept: (kept.len() < whole).then_some(kept), whole }
    }

    /// How many are left.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.kept.map_or(self.whole, <[u32]>::len)
    }

    pub fn is_whole(&self) -> bool {
        self.kept.is_none()
    }

    /// The index in the matrix of the one at `place`.
    #[inline(always)]
    pub fn at(&self, place: usize) -> usize {
        self.kept.map_or(place, |kept| kept[place] as usize)
    }

    /// The indices in the matrix of those at `places`, with all that are left out behind them and,
    /// at the start, before them: the spans of neighbouring places have no gap.
    #[inline(always)]
    fn span(&self, places: Range<usize>) -> Range<usize> {
        let start = if places.start == 0 { 0 } else { self.at(places.start) };
        let end = if places.end == self.len() { self.whole } else { self.at(places.end) };
        start..end
    }

    /// Copies from `line`, which lies along this axis, the elements at `places`.
    #[inline(always)]
    pub fn copy<V: Vector>(&self, out: &mut [f32], line: &[f32], places: Range<usize>) {
        let Some(kept) = self.kept else { return out.copy_from_slice(&line[places]) };
        let (kept, line) = (&kept[places], &line[..self.whole]);
        assert!(out.len() == kept.len());
        let mut done = 0;
        while done + V::LANES <= kept.len() {
            // SAFETY: `V` was dispatched on; there are `LANES` more of `kept` and of `out`; the
            // indices ascend and lie inside the axis, as `of` has seen.
            unsafe { V::gather(line, kept.as_ptr().add(done), out.as_mut_ptr().add(done)) };
            done += V::LANES;
        }
        for (out, &index) in out.iter_mut().zip(kept).skip(done) {
            *out = line[index as usize];
        }
    }

    /// Copies a whole register from `place` on, if there is so much. What it has beyond the end
    /// of the axis is arbitrary.
    #[inline(always)]
    pub fn copy_register<V: Vector>(&self, out: &mut [f32], line: &[f32], place: usize) -> bool {
        let available = self.kept.map_or(line.len(), <[u32]>::len);
        if place + V::LANES > available {
            return false;
        }
        let out = &mut out[..V::LANES];
        match self.kept {
            // SAFETY: `V` was dispatched on; there are `LANES` floats of both.
            None => unsafe { V::load(line[place..].as_ptr()).store(out.as_mut_ptr()) },
            Some(kept) => {
                // SAFETY: as in `copy`.
                unsafe {
                    V::gather(&line[..self.whole], kept[place..].as_ptr(), out.as_mut_ptr());
                }
            }
        }
        true
    }
}

/// Some rows and columns of a matrix.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub matrix: Matrix<'a, f32>,
    pub rows: Axis<'a>,
    pub cols: Axis<'a>,
}

impl<'a> Part<'a> {
    pub fn whole(matrix: Matrix<'a, f32>) -> Self {
        Part { matrix, rows: Axis::all(matrix.rows), cols: Axis::all(matrix.cols) }
    }

    /// The same elements with rows and columns exchanged.
    pub fn transposed(self) -> Self {
        Part { matrix: self.matrix.transposed(), rows: self.cols, cols: self.rows }
    }

    pub fn is_whole(&self) -> bool {
        self.rows.is_whole() && self.cols.is_whole()
    }

    /// The elements from the start of a row on; with contiguous rows, these lie along `cols`.
    #[inline(always)]
    pub fn row(&self, place: usize) -> &'a [f32] {
        &self.matrix.data[self.rows.at(place) * self.matrix.row_stride..]
    }

    #[inline(always)]
    pub fn value(&self, row: usize, col: usize) -> f32 {
        self.row(row)[self.cols.at(col) * self.matrix.col_stride]
    }
}

/// Where a product goes: its chains, for the rows and columns of C that are left, become elements
/// of C; those of all others are +0.
pub(super) struct Out<'a> {
    pub c: Shared<'a, f32>,
    pub rows: Axis<'a>,
    pub cols: Axis<'a>,
    pub epilogue: Epilogue<'a, f32>,
}

impl Out<'_> {
    /// Finishes the row at `row` and the columns at `cols`, whose chains are given, with what is
    /// left out in the spans of both.
    ///
    /// # Safety
    /// No other thread finishes the same row and one of the same columns meanwhile.
    #[inline(always)]
    pub unsafe fn finish<V: Vector>(&self, row: usize, cols: Range<usize>, chains: &[f32]) {
        let width = self.cols.whole;
        let span = self.cols.span(cols.clone());
        let full = self.rows.at(row);
        let write = |row: usize, chains: &[f32]| {
            // SAFETY: the spans of different rows and columns are disjoint, and nobody else
            // finishes these, as the caller vouches.
            let out = unsafe { self.c.part(row * width + span.start..row * width + span.end) };
            self.epilogue.finish(chains, out, row, span.start, width);
        };
        let ahead = (full + FINISH_AHEAD) * width + span.start;
        prefetch_out::<V>(&self.c, self.epilogue.active, ahead, span.len());
        if self.rows.is_whole() && self.cols.is_whole() {
            return write(full, chains);
        }
        let mut line = Scratch::<f32>::take(Slot::Line, span.len());
        line.fill(0.0);
        for row in self.rows.span(row..row + 1).filter(|&row| row != full) {
            write(row, &line);
        }
        match self.cols.kept {
            None => write(full, chains),
            Some(kept) => {
                for (&chain, &index) in chains.iter().zip(&kept[cols]) {
                    line[index as usize - span.start] = chain;
                }
                write(full, &line);
            }
        }
    }
}
