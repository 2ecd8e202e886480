//! In which order an epoch takes the samples.

use gradroute_kernels::random::Stream;

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
}
