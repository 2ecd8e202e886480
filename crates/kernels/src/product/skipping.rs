//! The product that skips zeros of one operand, the *list* operand.
//!
//! The other operand is cut into panels of `DEPTH` rows and as many columns as the accumulator
//! registers hold, so that a panel stays in the L1 cache. For each row of the list operand and
//! each panel, the set bits of a mask name the factors that are not zero; each costs one
//! broadcast and a fused multiply-add for every register.
//!
//! Skipping a zero factor leaves the chain alone only if the other factor is finite: a panel
//! that holds an infinity or NaN skips nothing.

mod list;

use std::ops::Range;

use super::pack;
use super::part::{Out, Part};
use crate::isa::Kernel;
use crate::scratch::{Scratch, Slot};
use crate::tasks::{self, piece};
use crate::vector::Vector;
use crate::{Isa, Matrix};
use list::{Buffers, DEPTH, Rows};

/// The most list rows that a task takes.
const ROWS: usize = 1024;
/// Tasks wanted, so that threads can share even a product of few panels.
const TASKS: usize = 8;
/// Rows that are prefetched ahead of the one at work.
const AHEAD: usize = 2;
/// Columns of `c` finished at a time when it is transposed, a multiple of all vectors' lanes.
const STRIP: usize = 64;

/// `out = list dense`; with `transposed`, `out = (list dense)ᵀ`.
pub(super) fn product(list: Part, dense: Part, out: &Out, transposed: bool) {
    let isa = Isa::current();
    let mut buffers = Buffers::take(&list);
    let rows = list::prepare(list, &mut buffers);
    isa.dispatch(Multiply { list, rows, dense, out, transposed });
}

struct Multiply<'a> {
    list: Part<'a>,
    rows: Rows<'a>,
    dense: Part<'a>,
    out: &'a Out<'a>,
    transposed: bool,
}

impl Kernel for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let isa = Isa::current();
        let cols = self.dense.cols.len();
        let registers = cols.div_ceil(V::LANES);
        let panels = registers.div_ceil(V::ROW_REGISTERS);
        let width = registers.div_ceil(panels) * V::LANES;
        let panels = cols.div_ceil(width);
        let m = self.list.rows.len();
        let parts = m.div_ceil(ROWS).max(TASKS.div_ceil(panels).min(m.div_ceil(DEPTH)));
        let part = m.div_ceil(parts);
        tasks::for_each(parts * panels, |task| {
            isa.dispatch(Tile {
                rows: piece(task % parts, part, m),
                cols: piece(task / parts, width, cols),
                width,
                list: self.list,
                values: self.rows,
                dense: self.dense,
                out: self.out,
                transposed: self.transposed,
            });
        });
    }
}

/// One task: list rows `rows` times the dense columns `cols`.
struct Tile<'a> {
    rows: Range<usize>,
    cols: Range<usize>,
    width: usize,
    list: Part<'a>,
    values: Rows<'a>,
    dense: Part<'a>,
    out: &'a Out<'a>,
    transposed: bool,
}

impl Kernel for Tile<'_> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let mut chains = Scratch::<f32>::take(Slot::Tile, self.rows.len() * self.width);
        let mut panel = Scratch::<f32>::take(Slot::Panels, DEPTH * self.width);
        for block in 0..self.list.cols.len().div_ceil(DEPTH) {
            let depth = piece(block, DEPTH, self.list.cols.len());
            let steps = depth.len();
            let finite =
                pack::panel::<V>(&mut panel, self.width, &self.dense, depth, self.cols.clone());
            let all = if finite { 0 } else { u64::MAX >> (64 - steps) };
            match self.width / V::LANES {
                1 => self.block::<V, 1>(&mut chains, &panel, block, all),
                2 => self.block::<V, 2>(&mut chains, &panel, block, all),
                3 => self.block::<V, 3>(&mut chains, &panel, block, all),
                4 => self.block::<V, 4>(&mut chains, &panel, block, all),
                5 => self.block::<V, 5>(&mut chains, &panel, block, all),
                6 => self.block::<V, 6>(&mut chains, &panel, block, all),
                7 => self.block::<V, 7>(&mut chains, &panel, block, all),
                8 => self.block::<V, 8>(&mut chains, &panel, block, all),
                9 => self.block::<V, 9>(&mut chains, &panel, block, all),
                10 => self.block::<V, 10>(&mut chains, &panel, block, all),
                11 => self.block::<V, 11>(&mut chains, &panel, block, all),
                12 => self.block::<V, 12>(&mut chains, &panel, block, all),
                registers => unreachable!("{registers} registers a row"),
            }
        }
        self.finish::<V>(&chains);
    }
}

impl Tile<'_> {
    /// Takes all chains through one panel. Bits in `all` are never skipped.
    #[inline(always)]
    fn block<V: Vector, const N: usize>(
        &self,
        chains: &mut [f32],
        panel: &[f32],
        block: usize,
        all: u64,
    ) {
        assert!(panel.len() >= DEPTH * N * V::LANES);
        let masks = &self.values.masks[block * self.list.rows.len()..][self.rows.clone()];
        for ((chain, &mask), row) in
            chains.chunks_exact_mut(N * V::LANES).zip(masks).zip(self.rows.clone())
        {
            let first = self.values.rows.at(row) * self.values.row_stride
                + block * self.values.block_stride;
            let values = &self.values.values[first..];
            let mask = mask | all;
            let ahead = values.as_ptr().wrapping_add(AHEAD * self.values.row_stride);
            V::prefetch_row(ahead, DEPTH);
            let ahead = chain.as_ptr().wrapping_add(AHEAD * chain.len());
            V::prefetch_row(ahead, N * V::LANES);
            // The chain stays as it is; in the first block it must still be started.
            if mask == 0 && block > 0 {
                continue;
            }
            assert!(mask == 0 || 63 - (mask.leading_zeros() as usize) < values.len());
            // SAFETY: `V` was dispatched on; `chain` has N registers; `panel` has a row for each
            // of 64 bits, and `values` is long enough for the highest bit set.
            unsafe {
                let (panel, values) = (panel.as_ptr(), values.as_ptr());
                row_times_panel::<V, N>(chain, panel, values, mask, block == 0);
            }
        }
    }

    /// Writes finished chains to C.
    #[inline(always)]
    fn finish<V: Vector>(&self, chains: &[f32]) {
        let (rows, cols) = (self.rows.clone(), self.cols.clone());
        if !self.transposed {
            for (chain, row) in chains.chunks_exact(self.width).zip(rows) {
                // SAFETY: tasks take different rectangles of C.
                unsafe { self.out.finish::<V>(row, cols.clone(), chain) };
            }
            return;
        }
        let mut columns = Scratch::<f32>::take(Slot::Row, V::LANES * STRIP);
        for (strip, col) in (0..rows.len().div_ceil(STRIP))
            .flat_map(|strip| (0..self.width).step_by(V::LANES).map(move |col| (strip, col)))
        {
            let strip = piece(strip, STRIP, rows.len());
            let square = Matrix::new(chains, rows.len(), self.width, self.width, 1).transposed();
            let square = Part::whole(square);
            let c_cols = rows.start + strip.start..rows.start + strip.end;
            let c_rows = cols.start + col..cols.end.min(cols.start + col + V::LANES);
            pack::panel::<V>(&mut columns, STRIP, &square, col..col + V::LANES, strip);
            for (chain, c_row) in columns.chunks_exact(STRIP).zip(c_rows) {
                // SAFETY: as above, with rows and columns exchanged.
                unsafe { self.out.finish::<V>(c_row, c_cols.clone(), chain) };
            }
        }
    }
}

/// Continues the chains of one row over the factors named by `mask`, in ascending order, or
/// starts them at +0.
///
/// # Safety
/// The processor has `V`'s instruction set; `panel` holds a row of N registers for every set bit
/// of `mask`, and `values` a value.
#[inline(always)]
unsafe fn row_times_panel<V: Vector, const N: usize>(
    chain: &mut [f32],
    panel: *const f32,
    values: *const f32,
    mut mask: u64,
    start: bool,
) {
    assert!(chain.len() == N * V::LANES);
    let chain = chain.as_mut_ptr();
    // SAFETY: `chain` has N registers as asserted; for the rest see above.
    unsafe {
        let mut sums = [V::zero(); N];
        if !start {
            for (register, sum) in sums.iter_mut().enumerate() {
                *sum = V::load(chain.add(register * V::LANES));
            }
        }
        while mask != 0 {
            let k = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            let value = V::splat(*values.add(k));
            let row = panel.add(k * N * V::LANES);
            for (register, sum) in sums.iter_mut().enumerate() {
                *sum = value.mul_add(V::load(row.add(register * V::LANES)), *sum);
            }
        }
        for (register, sum) in sums.into_iter().enumerate() {
            sum.store(chain.add(register * V::LANES));
        }
    }
}
