//! In which order an epoch takes the samples, and batches of them as floats.

use gradroute_kernels::Real;
use gradroute_kernels::random::Stream;

use super::Dataset;

/// The order of one epoch's samples.
#[derive(Clone, Debug)]
pub struct EpochOrder {
    order: Vec<u32>,
}

impl EpochOrder {
    /// File order over `samples` samples.
    ///
    /// # Panics
    /// When there are more than 2^32 samples.
    pub fn new(samples: usize) -> Self {
        let samples = u32::try_from(samples).expect("a data set has fewer than 2^32 samples");
        Self { order: (0..samples).collect() }
    }

    /// Shuffles for `epoch` (the first is 0). The order depends on the seed, the
    /// epoch and the number of samples alone, not on earlier calls, so an epoch
    /// can be taken up again without those before it. Allocates nothing.
    pub fn shuffle(&mut self, seed: u64, epoch: u64) {
        for (position, index) in self.order.iter_mut().enumerate() {
            *index = position as u32;
        }
        Stream::new(seed, "shuffle", epoch).shuffle(&mut self.order);
    }

    /// The sample indices of each batch; the last batch may be shorter.
    ///
    /// # Panics
    /// When `batch` is 0.
    pub fn batches(&self, batch: usize) -> impl ExactSizeIterator<Item = &[u32]> {
        self.order.chunks(batch)
    }
}

/// Turns pixels into floats: p = value / 255, in [0, 1].
///
/// The model maps p on to 2p - 1 in its first layer.
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

/// Fills `out` with the labels of the samples at `indices`.
///
/// # Panics
/// When the lengths differ or an index is not in the set.
pub fn fill_labels(out: &mut [u8], data: &Dataset, indices: &[u32]) {
    assert_eq!(out.len(), indices.len(), "one label for each of the batch's samples");
    for (out, &index) in out.iter_mut().zip(indices) {
        *out = data.labels()[index as usize];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_epoch_takes_every_sample_once_in_batches_of_one_size_but_the_last(
            samples in 1usize..300,
            batch in 1usize..70,
            seed: u64,
            epoch: u64,
        ) {
            let mut order = EpochOrder::new(samples);
            order.shuffle(seed, epoch);
            let sizes: Vec<usize> = order.batches(batch).map(<[u32]>::len).collect();
            prop_assert!(sizes[..sizes.len() - 1].iter().all(|&size| size == batch));
            prop_assert_eq!(sizes.len(), samples.div_ceil(batch));
            let mut seen: Vec<u32> = order.batches(batch).flatten().copied().collect();
            seen.sort_unstable();
            prop_assert!(seen.iter().copied().eq(0..samples as u32));
        }

        #[test]
        fn an_epochs_order_does_not_depend_on_the_epochs_before_it(seed: u64, epoch in 1u64..9) {
            let mut straight = EpochOrder::new(100);
            straight.shuffle(seed, epoch);
            let mut after = EpochOrder::new(100);
            (0..=epoch).for_each(|e| after.shuffle(seed, e));
            prop_assert_eq!(straight.order, after.order);
        }
    }

    #[test]
    fn epochs_and_seeds_have_orders_of_their_own_and_file_order_is_the_start() {
        let order = |seed, epoch| {
            let mut order = EpochOrder::new(100);
            order.shuffle(seed, epoch);
            order.order
        };
        let orders = [order(0, 0), order(0, 1), order(1, 0), EpochOrder::new(100).order];
        for (i, a) in orders.iter().enumerate() {
            assert!(orders[..i].iter().all(|b| a != b));
        }
        assert!(orders[3].iter().copied().eq(0..100));
    }

    #[test]
    fn buffers_hold_the_chosen_images_as_quotients_by_255() {
        let data = Dataset::new(vec![0, 255, 51, 1, 2, 3], vec![7, 8, 9], 1, 2).unwrap();
        let mut out = [9f64; 4];
        PixelTable::new().fill(&mut out, &data, &[2, 0]);
        assert_eq!(out, [2.0 / 255.0, 3.0 / 255.0, 0.0, 1.0]);
        let mut out = [9f32; 2];
        PixelTable::new().fill(&mut out, &data, &[1]);
        assert_eq!(out, [51.0 / 255.0, 1.0 / 255.0]);
        let mut labels = [0; 3];
        fill_labels(&mut labels, &data, &[1, 1, 0]);
        assert_eq!(labels, [8, 8, 7]);
    }
}
