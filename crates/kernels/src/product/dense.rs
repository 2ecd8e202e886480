//! The dense product: packed operands and a tile of accumulator registers (Goto and van de Geijn
//! 2008, "Anatomy of high-performance matrix multiplication").
//!
//! B is packed once, by all threads, into strips two registers wide. A task then packs its rows
//! of A, `DEPTH` steps of the chain at a time, and takes tiles of `TILE_ROWS` by two registers
//! through these steps; between them the unfinished chains rest in a buffer of the task.

use std::ops::Range;

use super::pack;
use super::part::{Out, Part};
use crate::Isa;
use crate::isa::Kernel;
use crate::scratch::{Scratch, Slot};
use crate::tasks::{self, Shared, piece};
use crate::vector::Vector;

/// The most steps of the chain taken at a time: a strip of B then fits in the L1 cache.
const DEPTH: usize = 192;
/// The most strips of A, and of B, in a task: packed A and the chains share the L2 cache. Wide
/// tasks pack A less often; where its columns are contiguous, high ones read longer pieces of them.
const WIDE: (usize, usize) = (8, 32);
const HIGH: (usize, usize) = (12, 25);
/// Tasks wanted, so that threads can share even a small product.
const TASKS: usize = 8;

/// `out = a b`.
pub(super) fn product(a: Part, b: Part, out: &Out) {
    Isa::current().dispatch(Multiply { a, b, out });
}

struct Multiply<'a> {
    a: Part<'a>,
    b: Part<'a>,
    out: &'a Out<'a>,
}

impl Kernel for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let Multiply { a, b, out } = self;
        let isa = Isa::current();
        let (m, k, n) = (a.rows.len(), a.cols.len(), b.cols.len());
        let width = V::TILE_REGISTERS * V::LANES;
        let (row_strips, col_strips) = (m.div_ceil(V::TILE_ROWS), n.div_ceil(width));

        let mut packed = Scratch::take(Slot::Panels, col_strips * k * width);
        let shared = Shared::new(&mut packed);
        tasks::for_each(col_strips, |strip| {
            // SAFETY: each task packs a strip of its own.
            let out = unsafe { shared.part(strip * k * width..(strip + 1) * k * width) };
            isa.dispatch(PackStrip { out, b, cols: piece(strip, width, n) });
        });

        let (most_rows, most_cols) = if a.matrix.row_stride == 1 { HIGH } else { WIDE };
        let col_parts = col_strips.div_ceil(most_cols);
        let row_parts =
            row_strips.div_ceil(most_rows).max(TASKS.div_ceil(col_parts).min(row_strips));
        let (row_part, col_part) = (row_strips.div_ceil(row_parts), col_strips.div_ceil(col_parts));
        let row_parts = row_strips.div_ceil(row_part);
        tasks::for_each(row_parts * col_parts, |task| {
            isa.dispatch(Tiles {
                rows: piece(task % row_parts, row_part * V::TILE_ROWS, m),
                strips: piece(task / row_parts, col_part, col_strips),
                a,
                packed: &packed,
                n,
                out,
            });
        });
    }
}

/// Packs `b[.., cols]`.
struct PackStrip<'a> {
    out: &'a mut [f32],
    b: Part<'a>,
    cols: Range<usize>,
}

impl Kernel for PackStrip<'_> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        pack::panel::<V>(
            self.out,
            V::TILE_REGISTERS * V::LANES,
            &self.b,
            0..self.b.rows.len(),
            self.cols,
        );
    }
}

/// One task: rows `rows` of C, columns of the strips `strips`.
struct Tiles<'a> {
    rows: Range<usize>,
    strips: Range<usize>,
    a: Part<'a>,
    packed: &'a [f32],
    n: usize,
    out: &'a Out<'a>,
}

impl Kernel for Tiles<'_> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let (k, height, width) = (self.a.cols.len(), V::TILE_ROWS, V::TILE_REGISTERS * V::LANES);
        let blocks = k.div_ceil(DEPTH).max(1);
        let longest = k.div_ceil(blocks);
        let row_strips = self.rows.len().div_ceil(height);
        let tile = height * width;
        let mut strips =
            Scratch::<f32>::take(Slot::Operand, row_strips * longest * height + V::LANES);
        let mut chains = Scratch::<f32>::take(Slot::Tile, row_strips * self.strips.len() * tile);
        for block in 0..blocks {
            let depth = piece(block, longest, k);
            pack::strips::<V>(&mut strips, height, &self.a, self.rows.clone(), depth.clone());
            let mut tiles = chains.chunks_exact_mut(tile);
            for col_strip in self.strips.clone() {
                let start = (col_strip * k + depth.start) * width;
                let b = &self.packed[start..start + depth.len() * width];
                // The last strip may have columns for one register only.
                let narrow = self.n - col_strip * width <= V::LANES;
                for row_strip in 0..row_strips {
                    let chains = tiles.next().expect("a tile for each pair of strips");
                    let start = row_strip * depth.len() * height;
                    let a = &strips[start..start + depth.len() * height];
                    match (V::TILE_ROWS, V::TILE_REGISTERS, narrow) {
                        (6, 2, false) => tile_times_strips::<V, 6, 2, 2>(chains, a, b, block == 0),
                        (6, 2, true) => tile_times_strips::<V, 6, 2, 1>(chains, a, b, block == 0),
                        (14, 2, false) => {
                            tile_times_strips::<V, 14, 2, 2>(chains, a, b, block == 0)
                        }
                        (14, 2, true) => tile_times_strips::<V, 14, 2, 1>(chains, a, b, block == 0),
                        (rows, registers, _) => unreachable!("tile of {rows} x {registers}"),
                    }
                }
            }
        }
        self.finish::<V>(&chains, row_strips);
    }
}

impl Tiles<'_> {
    /// Writes the finished tiles, `row_strips` for each strip of B, to C row by row: pieces of a
    /// row are neighbours in memory, rows of a tile are not.
    #[inline(always)]
    fn finish<V: Vector>(&self, chains: &[f32], row_strips: usize) {
        let (height, width) = (V::TILE_ROWS, V::TILE_REGISTERS * V::LANES);
        let mut line = Scratch::<f32>::take(Slot::Row, self.strips.len() * width);
        let cols = self.strips.start * width..self.n.min(self.strips.end * width);
        for (index, row) in self.rows.clone().enumerate() {
            for (strip, piece) in line.chunks_exact_mut(width).enumerate() {
                let tile = strip * row_strips + index / height;
                let start = (tile * height + index % height) * width;
                piece.copy_from_slice(&chains[start..start + width]);
            }
            // SAFETY: tasks take different rectangles of C.
            unsafe { self.out.finish::<V>(row, cols.clone(), &line) };
        }
    }
}

/// Continues the chains of a tile, [ROWS][REGISTERS], over all steps of two strips, or starts
/// them at +0; only those of the first `USED` registers of each row.
#[inline(always)]
fn tile_times_strips<V: Vector, const ROWS: usize, const REGISTERS: usize, const USED: usize>(
    chains: &mut [f32],
    a: &[f32],
    b: &[f32],
    start: bool,
) {
    let width = REGISTERS * V::LANES;
    let depth = a.len() / ROWS;
    assert!(chains.len() == ROWS * width && b.len() == depth * width && USED <= REGISTERS);
    let chains = chains.as_mut_ptr();
    let (mut a, mut b) = (a.as_ptr(), b.as_ptr());
    // SAFETY: `V` was dispatched on; the strips have `depth` steps of ROWS and `width` floats,
    // and `chains` ROWS rows of `width`, as asserted.
    unsafe {
        let mut sums = [[V::zero(); USED]; ROWS];
        if !start {
            for (row, sums) in sums.iter_mut().enumerate() {
                for (register, sum) in sums.iter_mut().enumerate() {
                    *sum = V::load(chains.add(row * width + register * V::LANES));
                }
            }
        }
        for _ in 0..depth {
            let mut factors = [V::zero(); USED];
            for (register, factor) in factors.iter_mut().enumerate() {
                *factor = V::load(b.add(register * V::LANES));
            }
            for (row, sums) in sums.iter_mut().enumerate() {
                let value = V::splat(*a.add(row));
                for (sum, &factor) in sums.iter_mut().zip(&factors) {
                    *sum = value.mul_add(factor, *sum);
                }
            }
            a = a.add(ROWS);
            b = b.add(width);
        }
        for (row, sums) in sums.into_iter().enumerate() {
            for (register, sum) in sums.into_iter().enumerate() {
                sum.store(chains.add(row * width + register * V::LANES));
            }
        }
    }
}
