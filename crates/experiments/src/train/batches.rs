//! The batches of a run, one epoch after another.

use crate::config::Config;
use crate::data::Dataset;
use crate::data::batches::{EpochOrder, PixelTable, fill_labels};

/// The batches of one epoch after another, in buffers that are used again.
pub struct Batches<'d> {
    data: &'d Dataset,
    order: EpochOrder,
    table: PixelTable<f32>,
    pixels: Vec<f32>,
    labels: Vec<u8>,
    batch: usize,
    /// `None` for file order.
    shuffle: Option<u64>,
}

impl<'d> Batches<'d> {
    /// Batches of `data` as `config.train` asks for.
    pub fn new(data: &'d Dataset, config: &Config) -> Self {
        let batch = config.train.batch.min(data.len());
        Self {
            data,
            order: EpochOrder::new(data.len()),
            table: PixelTable::new(),
            pixels: vec![0.0; batch * data.pixels()],
            labels: vec![0; batch],
            batch,
            shuffle: config.train.shuffle.then_some(config.train.seed),
        }
    }

    /// Puts the samples into the order of `epoch`, from 0.
    pub fn begin(&mut self, epoch: u64) {
        if let Some(seed) = self.shuffle {
            self.order.shuffle(seed, epoch);
        }
    }

    /// Batch `number` of the epoch: pixels `[n, pixels]` in `[0, 1]` and labels `[n]`. The last
    /// one may be shorter than the others.
    ///
    /// # Panics
    /// If the epoch has no such batch.
    pub fn get(&mut self, number: usize) -> (&[f32], &[u8]) {
        let indices = self.order.batches(self.batch).nth(number).expect("a batch of the epoch");
        let pixels = &mut self.pixels[..indices.len() * self.data.pixels()];
        let labels = &mut self.labels[..indices.len()];
        self.table.fill(pixels, self.data, indices);
        fill_labels(labels, self.data, indices);
        (pixels, labels)
    }
}
