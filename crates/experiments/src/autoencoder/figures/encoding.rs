//! What of the encoding is used for which digit.

use gradroute_runs::figures::{Block, Canvas, FigureError, HeatMap};

use crate::autoencoder::halves::{CLASSES, Half, Halves};
use crate::autoencoder::palette::{BOTTOM, TOP};

/// A size in three signs or so, as squares are narrow.
fn short(size: f64) -> String {
    match size {
        ..0.995 => format!("{size:.2}")[1..].to_owned(),
        ..9.95 => format!("{size:.1}"),
        _ => format!("{size:.0}"),
    }
}

/// The most columns for a half; more dims share columns.
const MOST_COLUMNS: usize = 128;

/// The heat map of an encoding: a row for each digit that there are images of, those of the bottom
/// half first, then those of the top half, then those of neither; a column for each dim, or for
/// each few neighbours where there are more than 256. `sizes` are the mean sizes of the dims over
/// the images of each digit, NaN where there are none. A frame marks each half's own digits.
///
/// # Errors
/// If there are no images.
pub fn encoding_map(halves: &Halves, sizes: &[Vec<f64>; CLASSES]) -> Result<Canvas, FigureError> {
    let there = |digit: &u8| sizes[usize::from(*digit)].iter().any(|size| !size.is_nan());
    let of_half = |half: Half| {
        let mut digits: Vec<u8> = half.digits(halves).iter().copied().filter(there).collect();
        digits.sort_unstable();
        digits
    };
    let (bottom, top) = (of_half(Half::Bottom), of_half(Half::Top));
    let neither = (0..CLASSES as u8).filter(there);
    let neither = neither.filter(|digit| !bottom.contains(digit) && !top.contains(digit));
    let (split, end) = (bottom.len(), bottom.len() + top.len());
    let rows: Vec<u8> = bottom.iter().chain(&top).copied().chain(neither).collect();
    let names: Vec<String> = rows.iter().map(u8::to_string).collect();

    let half = sizes[0].len() / 2;
    let dims = half.div_ceil(MOST_COLUMNS).max(1);
    let columns = half.div_ceil(dims);
    let first = (0..2).flat_map(|i| (0..columns).map(move |column| i * half + column * dims));
    let columns_are = match dims {
        1 => "dim of the encoding".to_owned(),
        _ => format!("dims of the encoding, {dims} in a column"),
    };
    let mean = |dims: &[f64]| dims.iter().sum::<f64>() / dims.len() as f64;
    let of_row = |digit: &u8| {
        let halves = sizes[usize::from(*digit)].chunks(half);
        halves.flat_map(|half| half.chunks(dims)).map(mean).collect::<Vec<f64>>()
    };
    let values = rows.iter().map(of_row).collect::<Vec<_>>().concat();
    let largest = values.iter().copied().filter(|size| size.is_finite()).fold(0.0, f64::max);
    let mut blocks = vec![
        Block { name: "bottom half", color: BOTTOM, rows: 0..split, columns: 0..columns },
        Block { name: "top half", color: TOP, rows: split..end, columns: columns..2 * columns },
    ];
    blocks.retain(|block| !block.rows.is_empty());
    let subtitle = format!(
        "Mean size |z| of each dim over the test images of each digit, from 0 (empty) to \
         {largest:.2} (full colour)"
    );
    HeatMap {
        title: "What each half of the encoding is used for",
        subtitle: &subtitle,
        rows: ("digit shown", &names),
        columns: (&columns_are, &first.map(|dim| dim.to_string()).collect::<Vec<_>>()),
        values: &values,
        most: largest.max(f64::MIN_POSITIVE),
        text: short,
        blocks: &blocks,
    }
    .draw()
}
