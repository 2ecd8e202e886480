//! The list operand: its masks, and a copy with contiguous rows unless it has them.

use std::ops::Range;

use crate::Isa;
use crate::isa::Kernel;
use crate::product::pack;
use crate::product::part::{Axis, Part};
use crate::scratch::{Scratch, Slot};
use crate::tasks::{self, Shared, piece};
use crate::vector::Vector;

/// Steps of the chain in a panel, one for each bit of a mask.
pub(super) const DEPTH: usize = 64;

/// The list operand as the inner loop reads it: value (row, block, k) is
/// `values[rows.at(row) * row_stride + block * block_stride + k]`.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub values: &'a [f32],
    pub rows: Axis<'a>,
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
    pub fn take(list: &Part) -> Self {
        let len = list.cols.len().div_ceil(DEPTH) * list.rows.len();
        let copied = if has_contiguous_rows(list) { 0 } else { len * DEPTH };
        let masks = Scratch::take(Slot::Masks, len);
        Buffers { masks, copy: Scratch::take(Slot::Operand, copied) }
    }
}

fn has_contiguous_rows(list: &Part) -> bool {
    list.matrix.col_stride == 1 && list.cols.is_whole()
}

/// Makes the list operand ready, by all threads.
pub(super) fn prepare<'a>(list: Part<'a>, buffers: &'a mut Buffers) -> Rows<'a> {
    let isa = Isa::current();
    let m = list.rows.len();
    let Buffers { masks, copy } = buffers;
    let shared_masks = Shared::new(masks);
    if has_contiguous_rows(&list) {
        tasks::for_each(m.div_ceil(DEPTH), |task| {
            isa.dispatch(Masks { list, rows: piece(task, DEPTH, m), masks: &shared_masks });
        });
        let (values, row_stride) = (list.matrix.data, list.matrix.row_stride);
        Rows { values, rows: list.rows, row_stride, block_stride: DEPTH, masks }
    } else {
        let shared_copy = Shared::new(copy);
        tasks::for_each(list.cols.len().div_ceil(DEPTH), |block| {
            // SAFETY: tasks take different blocks.
            let (copy, masks) = unsafe {
                (
                    shared_copy.part(block * m * DEPTH..(block + 1) * m * DEPTH),
                    shared_masks.part(block * m..(block + 1) * m),
                )
            };
            isa.dispatch(Copy { list, depth: piece(block, DEPTH, list.cols.len()), copy, masks });
        });
        let rows = Axis::all(m);
        Rows { values: copy, rows, row_stride: DEPTH, block_stride: m * DEPTH, masks }
    }
}

/// Fills in the masks, [blocks][rows], of an operand with contiguous rows.
struct Masks<'a> {
    list: Part<'a>,
    rows: Range<usize>,
    masks: &'a Shared<'a, u64>,
}

impl Kernel for Masks<'_> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let Masks { list, rows, masks } = self;
        for row in rows {
            let values = &list.row(row)[..list.cols.len()];
            for (block, values) in values.chunks(DEPTH).enumerate() {
                let place = block * list.rows.len() + row;
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
    list: Part<'a>,
    depth: Range<usize>,
    copy: &'a mut [f32],
    masks: &'a mut [u64],
}

impl Kernel for Copy<'_> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        pack::panel::<V>(self.copy, DEPTH, &self.list, 0..self.list.rows.len(), self.depth);
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
