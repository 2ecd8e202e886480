//! Means of a number over the samples of each label.

use gradroute_kernels::Real;

/// Means of a number, such as an error, over the samples of each of `CLASSES` labels. Sums are in
/// f64 and in the order of the samples, so they don't depend on how many are added at a time.
///
/// ```
/// let mut errors = gradroute_images::MeanByLabel::<3>::default();
/// errors.add(&[0, 2, 2], &[1.0f32, 2.0, 5.0]);
/// assert_eq!(errors.means()[..1], [1.0]);
/// assert!(errors.means()[1].is_nan() && errors.means()[2] == 3.5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanByLabel<const CLASSES: usize> {
    sums: [f64; CLASSES],
    counts: [u32; CLASSES],
}

impl<const CLASSES: usize> Default for MeanByLabel<CLASSES> {
    fn default() -> Self {
        Self { sums: [0.0; CLASSES], counts: [0; CLASSES] }
    }
}

impl<const CLASSES: usize> MeanByLabel<CLASSES> {
    /// Adds the number of each sample of a batch, `[n]` and `[n]`.
    ///
    /// # Panics
    /// If the lengths differ, or a label is not below `CLASSES`.
    #[track_caller]
    pub fn add<T: Real>(&mut self, labels: &[u8], values: &[T]) {
        assert_eq!(labels.len(), values.len(), "one number for each of the batch's samples");
        for (&label, value) in labels.iter().zip(values) {
            self.sums[usize::from(label)] += value.to_f64();
            self.counts[usize::from(label)] += 1;
        }
    }

    /// The means; NaN for labels without samples.
    pub fn means(&self) -> [f64; CLASSES] {
        std::array::from_fn(|label| self.sums[label] / f64::from(self.counts[label]))
    }
}
