//! The batches of a stage, by the step's place in it.

use gradroute_kernels::Real;
use ndarray::ArrayView2;

use super::dataset::Dataset;
use super::order::EpochOrder;
use super::pixels::{PixelTable, fill_labels, rows};

/// The batches of one epoch after another, in buffers that are used again. Which batch it is
/// follows from the step alone, so none of this is part of a run's state.
#[derive(Clone, Debug)]
pub struct Batches<T> {
    order: EpochOrder,
    /// The epoch that the order is of.
    epoch: Option<u64>,
    table: PixelTable<T>,
    pixels: Vec<T>,
    labels: Vec<u8>,
    batch: usize,
    shuffle: Option<u64>,
    /// Samples and pixels of the set.
    of: (usize, usize),
}

impl<T: Real> Batches<T> {
    /// Batches of `batch` samples of `data`, the last of an epoch shorter; each epoch shuffled by
    /// the seed `shuffle`, or in file order.
    ///
    /// # Panics
    /// If `batch` is 0.
    pub fn new(data: &Dataset, batch: usize, shuffle: Option<u64>) -> Self {
        assert!(batch > 0, "a batch has at least one sample");
        let most = batch.min(data.len());
        Self {
            order: EpochOrder::new(data.len()),
            epoch: None,
            table: PixelTable::new(),
            pixels: vec![T::ZERO; most * data.pixels()],
            labels: vec![0; most],
            batch,
            shuffle,
            of: (data.len(), data.pixels()),
        }
    }

    /// The batch of the step at `position`, from 0: pixels `[n, pixels]` in `[0, 1]` and labels
    /// `[n]`. `data` must be what the batches were made for.
    ///
    /// # Panics
    /// If `data` has another number of samples or pixels.
    pub fn at(&mut self, data: &Dataset, position: u64) -> (ArrayView2<'_, T>, &[u8]) {
        let (pixels, labels, _) = self.with_keys(data, position);
        (pixels, labels)
    }

    /// As [`Batches::at`], with each sample's key, its index in `data`: the same in every epoch.
    ///
    /// # Panics
    /// As [`Batches::at`].
    pub fn with_keys(
        &mut self,
        data: &Dataset,
        position: u64,
    ) -> (ArrayView2<'_, T>, &[u8], &[u32]) {
        assert_eq!(
            (data.len(), data.pixels()),
            self.of,
            "batches are of the data set that they were made for: samples, pixels of an image"
        );
        let steps = data.len().div_ceil(self.batch) as u64;
        let (epoch, number) = (position / steps, (position % steps) as usize);
        if self.epoch != Some(epoch) {
            if let Some(seed) = self.shuffle {
                self.order.shuffle(seed, epoch);
            }
            self.epoch = Some(epoch);
        }
        let indices = self.order.batches(self.batch).nth(number).expect("a batch of the epoch");
        let pixels = &mut self.pixels[..indices.len() * data.pixels()];
        let labels = &mut self.labels[..indices.len()];
        self.table.fill(pixels, data, indices);
        fill_labels(labels, data, indices);
        (rows(pixels, labels.len()), labels, indices)
    }
}

/// Shows all samples of `data` to `look` in file order, `most` at a time, the last ones fewer:
/// pixels `[n, pixels]` in `[0, 1]` and labels `[n]`.
///
/// # Panics
/// If `most` is 0.
pub fn each_batch<T: Real>(
    data: &Dataset,
    most: usize,
    mut look: impl FnMut(ArrayView2<'_, T>, &[u8]),
) {
    let mut batches = Batches::new(data, most, None);
    for number in 0..data.len().div_ceil(most) as u64 {
        let (pixels, labels) = batches.at(data, number);
        look(pixels, labels);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_the_same_whatever_was_asked_for_before_it() {
        let data = Dataset::new((0..14).collect(), (0..7).collect(), (1, 2), 10).unwrap();
        let all = |shuffle| {
            let mut batches = Batches::<f32>::new(&data, 3, shuffle);
            (0..9).map(|step| batches.at(&data, step).1.to_vec()).collect::<Vec<_>>()
        };
        let (shuffled, in_order) = (all(Some(5)), all(None));
        assert_eq!(in_order[..4], [vec![0, 1, 2], vec![3, 4, 5], vec![6], vec![0, 1, 2]]);
        assert!(shuffled[0..3].concat() != shuffled[3..6].concat(), "each epoch has its order");
        for step in [7, 0, 3, 2] {
            let mut alone = Batches::<f32>::new(&data, 3, Some(5));
            assert_eq!(alone.at(&data, step).1, shuffled[step as usize]);
            let (_, labels, keys) = alone.with_keys(&data, step);
            assert!(
                labels.iter().zip(keys).all(|(&label, &key)| data.labels()[key as usize] == label)
            );
        }
    }

    #[test]
    #[should_panic(expected = "batches are of the data set that they were made for")]
    fn batches_of_another_set_are_refused() {
        let set =
            |n: u8| Dataset::new((0..2 * n).collect(), vec![0; n.into()], (1, 2), 10).unwrap();
        Batches::<f32>::new(&set(7), 3, None).at(&set(8), 0);
    }

    #[test]
    fn every_sample_is_seen_once_in_file_order_with_its_pixels() {
        let data = Dataset::new((0..14).collect(), (0..7).collect(), (1, 2), 10).unwrap();
        let (mut sizes, mut seen) = (Vec::new(), Vec::new());
        each_batch(&data, 3, |pixels: ArrayView2<'_, f64>, labels| {
            sizes.push(labels.len());
            for (row, &label) in pixels.rows().into_iter().zip(labels) {
                assert_eq!(row[1] * 255.0, 2.0 * f64::from(label) + 1.0);
                seen.push(label);
            }
        });
        assert_eq!((sizes, seen), (vec![3, 3, 1], (0..7).collect()));
    }
}
