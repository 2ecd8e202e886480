//! Images as floats.

use gradroute_kernels::Real;
use ndarray::ArrayView2;

use super::dataset::Dataset;

/// Turns pixels into floats: p = value / 255, in [0, 1].
///
/// A model may map p on to 2p - 1 in its first layer.
#[derive(Clone, Debug)]
pub struct PixelTable<T>([T; 256]);

impl<T: Real> PixelTable<T> {
    /// The quotient for each of the 256 values, rounded once to `T`.
    pub fn new() -> Self {
        let full = T::from_f64(255.0);
        Self(std::array::from_fn(|value| T::from_f64(value as f64) / full))
    }

    /// Fills `out` `[indices.len(), pixels]` with the images of these indices.
    ///
    /// # Panics
    /// When `out` has another length or an index is not in the set.
    pub fn fill(&self, out: &mut [T], data: &Dataset, indices: &[u32]) {
        let pixels = data.pixels();
        assert_eq!(
            out.len(),
            indices.len() * pixels,
            "a batch of {} images of {pixels} pixels does not fit its buffer",
            indices.len()
        );
        for (row, &index) in out.chunks_exact_mut(pixels).zip(indices) {
            for (out, &value) in row.iter_mut().zip(data.image(index as usize)) {
                *out = self.0[usize::from(value)];
            }
        }
    }
}

impl<T: Real> Default for PixelTable<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// The images at the positions `chosen`, `[chosen.len(), pixels]`, in `[0, 1]`.
///
/// # Panics
/// When a position is not in the set.
pub(crate) fn pixels_of<T: Real>(data: &Dataset, chosen: &[usize]) -> Vec<T> {
    let indices: Vec<u32> = chosen.iter().map(|&index| index as u32).collect();
    let mut pixels = vec![T::ZERO; chosen.len() * data.pixels()];
    PixelTable::new().fill(&mut pixels, data, &indices);
    pixels
}

/// The mean of each pixel over a set, in `[0, 1]`: the best image that knows nothing, by squared
/// error.
pub fn mean_image<T: Real>(data: &Dataset) -> Vec<T> {
    let mut sums = vec![0u64; data.pixels()];
    for image in data.images().chunks_exact(data.pixels()) {
        sums.iter_mut().zip(image).for_each(|(sum, &pixel)| *sum += u64::from(pixel));
    }
    let all = 255.0 * data.len() as f64;
    sums.into_iter().map(|sum| T::from_f64(sum as f64 / all)).collect()
}

/// Fills `out` with the labels of the samples at `indices`.
///
/// # Panics
/// When the lengths differ or an index is not in the set.
pub(crate) fn fill_labels(out: &mut [u8], data: &Dataset, indices: &[u32]) {
    assert_eq!(out.len(), indices.len(), "one label for each of the batch's samples");
    for (out, &index) in out.iter_mut().zip(indices) {
        *out = data.labels()[index as usize];
    }
}

/// A flat batch as a matrix of `n` rows.
///
/// # Panics
/// If it can't be cut into `n` rows of equal length.
pub fn rows<T>(flat: &[T], n: usize) -> ArrayView2<'_, T> {
    let columns = flat.len().checked_div(n).unwrap_or(0);
    ArrayView2::from_shape((n, columns), flat)
        .unwrap_or_else(|_| panic!("{} elements are not {n} rows of equal length", flat.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_hold_the_chosen_images_as_quotients_by_255() {
        let data = Dataset::new(vec![0, 255, 51, 1, 2, 3], vec![7, 8, 9], (1, 2), 10).unwrap();
        let mut out = [9f64; 4];
        PixelTable::new().fill(&mut out, &data, &[2, 0]);
        assert_eq!(out, [2.0 / 255.0, 3.0 / 255.0, 0.0, 1.0]);
        let mut out = [9f32; 2];
        PixelTable::new().fill(&mut out, &data, &[1]);
        assert_eq!(out, [51.0 / 255.0, 1.0 / 255.0]);
        assert_eq!(mean_image::<f64>(&data), [53.0 / 765.0, 259.0 / 765.0]);
        let mut labels = [0; 3];
        fill_labels(&mut labels, &data, &[1, 1, 0]);
        assert_eq!(labels, [8, 8, 7]);
    }
}
