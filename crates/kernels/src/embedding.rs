//! Rows of a table by number, and the sums of gradients that come back to each.

use crate::reduce::CHAIN;
use crate::scratch::{Scratch, Slot};
use crate::tasks::piece;
use crate::{Real, Write, rows};

/// `y[p] = table[indices[p]]` for each position p; `table` is `[entries, cols]`, `y`
/// `[indices.len(), cols]`. Indices are whole numbers kept as reals.
///
/// # Panics
/// If lengths do not fit, or an index is beyond the table.
pub fn gather<T: Real>(y: &mut [T], table: &[T], indices: &[T], cols: usize) {
    if cols == 0 {
        return;
    }
    check("gather", y.len(), table.len(), indices, cols);
    rows::for_each(y, cols, |position, y| {
        let entry = indices[position].to_f64() as usize;
        y.copy_from_slice(&table[entry * cols..][..cols]);
    });
}

/// `dtable[e] = Σ dy[p]` over the positions p with `indices[p] == e`, or adds it: the gradient of
/// [`gather`]. An entry's positions are taken in ascending order, 4096 of them in a chain that
/// starts at +0; the chains' sums are added up in order. Entries without a position get +0.
///
/// # Panics
/// If lengths do not fit, or an index is beyond the table.
pub fn scatter<T: Real>(write: Write, dtable: &mut [T], dy: &[T], indices: &[T], cols: usize) {
    if cols == 0 {
        return;
    }
    check("scatter", dy.len(), dtable.len(), indices, cols);
    let entries = dtable.len() / cols;
    // Positions sorted by entry: those of entry e begin at starts[e].
    let mut starts = Scratch::<u32>::take(Slot::Offsets, entries + 1);
    let mut positions = Scratch::<u32>::take(Slot::Masks, indices.len());
    starts.fill(0);
    let entry = |index: T| index.to_f64() as usize;
    indices.iter().for_each(|&index| starts[entry(index) + 1] += 1);
    (0..entries).for_each(|e| starts[e + 1] += starts[e]);
    for (position, &index) in (0u32..).zip(indices) {
        let start = &mut starts[entry(index)];
        positions[*start as usize] = position;
        *start += 1;
    }
    // Each start has moved on to the next one's place.
    let of_entry = |e: usize| {
        let start = if e == 0 { 0 } else { starts[e - 1] };
        &positions[start as usize..starts[e] as usize]
    };
    rows::for_each(dtable, cols, |e, out| {
        let positions = of_entry(e);
        let mut sums = Scratch::<T>::take(Slot::Row, 2 * cols);
        let (total, sums) = sums.split_at_mut(cols);
        total.fill(T::ZERO);
        for block in 0..positions.len().div_ceil(CHAIN) {
            sums.fill(T::ZERO);
            for &position in &positions[piece(block, CHAIN, positions.len())] {
                let dy = &dy[position as usize * cols..][..cols];
                sums.iter_mut().zip(dy).for_each(|(sum, &dy)| *sum += dy);
            }
            total.iter_mut().zip(&*sums).for_each(|(total, &sum)| *total += sum);
        }
        out.iter_mut().zip(&*total).for_each(|(out, &sum)| write.to(out, sum));
    });
}

#[track_caller]
fn check<T: Real>(name: &str, rows: usize, table: usize, indices: &[T], cols: usize) {
    let entries = table / cols.max(1);
    assert!(
        rows == indices.len() * cols && table == entries * cols,
        "embedding::{name}: {} positions and {entries} entries of {cols} columns, but slices of \
         {rows} and {table} elements",
        indices.len()
    );
    for (position, index) in indices.iter().map(|index| index.to_f64()).enumerate() {
        assert!(
            index >= 0.0 && index < entries as f64 && index.fract() == 0.0,
            "embedding::{name}: index {index} at position {position} is not an entry from 0 to \
             {entries} - 1"
        );
    }
}
