//! The list operand: its masks, and a copy with contiguous rows if it has none.

use std::ops::Range;

use super::{DEPTH, pack};
use crate::isa::Kernel;
use crate::scratch::{Scratch, Slot};
use crate::tasks::{self, Shared, piece};
use crate::vector::Vector;
use crate::{Isa, Matrix};

/// The list operand as the inner loop reads it: value (row, block, k) is
/// `values[row * row_stride + block * block_stride + k]`.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub values: &'a [f32],
    pub row_stride: usize,
    pub block_stride: usize,
    /// Which values are not zero, [blocks][rows].
    pub masks: &'a [u64],
}

/// What [`prepare`] fills in: the masks, and the copy, [blocks][rows][DEPTH].
pub(super) struct Buffers {
    masks: Scratch<u64>,
    copy: Scratch<f32>,
}

impl Buffers {
    pub fn take(list: &Matrix<f32>) -> Self {
        let len = list.cols.div_ceil(DEPTH) * list.rows;
        let copied = if list.col_stride == 1 { 0 } else { len * DEPTH };
        let masks = Scratch::take(Slot::Masks, len);
        Buffers { masks, copy: Scratch::take(Slot::Operand, copied) }
    }
}

/// Makes the list operand ready, by all threads.
pub(super) fn prepare<'a>(list: Matrix<'a, f32>, buffers: &'a mut Buffers) -> Rows<'a> {
    let isa = Isa::current();
    let m = list.rows;
    let Buffers { masks, copy } = buffers;
    let shared_masks = Shared::new(masks);
    if list.col_stride == 1 {
        tasks::for_each(m.div_ceil(DEPTH), |task| {
            isa.dispatch(Masks { list, rows: piece(task, DEPTH, m), masks: &shared_masks });
        });
        Rows { values: list.data, row_stride: list.row_stride, block_stride: DEPTH, masks }
    } else {
        let shared_copy = Shared::new(copy);
        tasks::for_each(list.cols.div_ceil(DEPTH), |block| {
            // SAFETY: tasks take different blocks.
            let (copy, masks) = unsafe {
                (
                    shared_copy.part(block * m * DEPTH..(block + 1) * m * DEPTH),
                    shared_masks.part(block * m..(block + 1) * m),
                )
            };
            isa.dispatch(Copy { list, depth: piece(block, DEPTH, list.cols), copy, masks });
        });
        Rows { values: copy, row_stride: DEPTH, block_stride: m * DEPTH, masks }
    }
}

/// Fills in the masks, [blocks][rows], of an operand with contiguous rows.
struct Masks<'a> {
    list: Matrix<'a, f32>,
    rows: Range<usize>,
    masks: &'a Shared<'a, u64>,
}

impl Kernel for Masks<'_> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let Masks { list, rows, masks } = self;
        for row in rows {
            let values = &list.data[row * list.row_stride..][..list.cols];
            for (block, values) in values.chunks(DEPTH).enumerate() {
                let place = block * list.rows + row;
                // SAFETY: tasks take different rows.
                let out = unsafe { masks.part(place..place + 1) };
                out[0] = match values.try_into() {
                    Ok(values) => mask::<V>(values),
                    Err(_) => {
                        let mut padded = [0.0; DEPTH];
                        padded[..values.len()].copy_from_slice(values);
                        mask::<V>(&padded)
                    }
                };
            }
        }
    }
}

/// Copies one block of an operand whose rows are not contiguous, [rows][DEPTH], and fills in its
/// masks.
struct Copy<'a> {
    list: Matrix<'a, f32>,
    depth: Range<usize>,
    copy: &'a mut [f32],
    masks: &'a mut [u64],
}

impl Kernel for Copy<'_> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        pack::panel::<V>(self.copy, DEPTH, &self.list, 0..self.list.rows, self.depth);
        for (mask_out, values) in self.masks.iter_mut().zip(self.copy.chunks_exact(DEPTH)) {
            *mask_out = mask::<V>(values.try_into().expect("a chunk of DEPTH values"));
        }
    }
}

/// Which of the values are not zero.
#[inline(always)]
fn mask<V: Vector>(values: &[f32; DEPTH]) -> u64 {
    let mut mask = 0;
    for lane in (0..DEPTH).step_by(V::LANES) {
        // SAFETY: `V` was dispatched on, and `LANES` divides `DEPTH`.
        mask |= unsafe { V::load(values.as_ptr().add(lane)).nonzero() } << lane;
    }
    mask
}
