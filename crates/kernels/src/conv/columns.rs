//! From an image to columns, and back.

use std::ops::Range;

use super::shape::ConvShape;
use crate::Real;

/// For an offset of the kernel along an axis, the places at which it is inside of the image, and
/// where in the image it is at the first of them.
fn inside(offset: usize, image: usize, places: usize, shape: ConvShape) -> (Range<usize>, usize) {
    let ConvShape { stride, padding, .. } = shape;
    let first = padding.saturating_sub(offset).div_ceil(stride).min(places);
    // The last place p with p * stride + offset - padding < image.
    let end = (image + padding).saturating_sub(offset).div_ceil(stride).min(places);
    (first..end.max(first), (first * stride + offset).saturating_sub(padding))
}

/// Calls `f(row of columns, place, position in the image, how many)` for each run of places along a
/// row of the result.
#[inline(always)]
fn runs(shape: ConvShape, mut f: impl FnMut(usize, usize, Option<usize>, usize)) {
    let [rows, cols] = shape.result();
    let ConvShape { c, h, w, kh, kw, stride, .. } = shape;
    for depth in 0..c * kh * kw {
        let (channel, i, j) = (depth / (kh * kw), depth / kw % kh, depth % kw);
        let (down, top) = inside(i, h, rows, shape);
        let (across, left) = inside(j, w, cols, shape);
        for row in 0..rows {
            let place = row * cols;
            if !down.contains(&row) || across.is_empty() {
                f(depth, place, None, cols);
                continue;
            }
            let line = (channel * h + top + (row - down.start) * stride) * w;
            f(depth, place, None, across.start);
            f(depth, place + across.start, Some(line + left), across.len());
            f(depth, place + across.end, None, cols - across.end);
        }
    }
}

/// Fills the columns `[c * kh * kw, places]` of an image `[c, h, w]`, +0 where the kernel is
/// outside of it.
#[inline(always)]
pub(super) fn gather<T: Real>(columns: &mut [T], image: &[T], shape: ConvShape) {
    let places = shape.places();
    runs(shape, |depth, place, from, count| {
        let out = &mut columns[depth * places + place..][..count];
        match from {
            None => out.fill(T::ZERO),
            Some(from) if shape.stride == 1 => out.copy_from_slice(&image[from..from + count]),
            Some(from) => {
                for (k, out) in out.iter_mut().enumerate() {
                    *out = image[from + k * shape.stride];
                }
            }
        }
    });
}

/// Adds up, for each element of the image, what the columns hold for it, up their rows, from +0.
#[inline(always)]
pub(super) fn scatter<T: Real>(image: &mut [T], columns: &[T], shape: ConvShape) {
    let places = shape.places();
    image.fill(T::ZERO);
    runs(shape, |depth, place, to, count| {
        let Some(to) = to else { return };
        let columns = &columns[depth * places + place..][..count];
        if shape.stride == 1 {
            let image = &mut image[to..to + count];
            return image.iter_mut().zip(columns).for_each(|(out, &v)| *out += v);
        }
        for (k, &v) in columns.iter().enumerate() {
            image[to + k * shape.stride] += v;
        }
    });
}
