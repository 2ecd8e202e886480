//! Judging a model on the test set.

use crate::data::Dataset;
use crate::data::batches::PixelTable;
use crate::evaluation::{ErrorSums, Evaluation, Floors, Halves};
use crate::trainer::{Trainer, rows};

/// The test errors of all three decoders.
#[derive(Clone, Debug, PartialEq)]
pub struct TestErrors {
    /// Of the decoder.
    pub decoder: ErrorSums,
    /// Of the certificate on the top half.
    pub top: ErrorSums,
    /// Of the certificate on the bottom half.
    pub bottom: ErrorSums,
}

/// Runs the whole of `data` through the model in chunks of at most `chunk` samples, in file
/// order, so that the sums have the same bits for every number of threads.
pub fn test_errors(trainer: &mut Trainer<f32>, data: &Dataset, chunk: usize) -> TestErrors {
    let table = PixelTable::new();
    let mut buffer = vec![0.0; chunk.min(data.len()) * data.pixels()];
    let (mut decoder, mut top, mut bottom) = (ErrorSums::new(), ErrorSums::new(), ErrorSums::new());
    let indices: Vec<u32> = (0..data.len() as u32).collect();
    for batch in indices.chunks(chunk) {
        let pixels = &mut buffer[..batch.len() * data.pixels()];
        table.fill(pixels, data, batch);
        let labels = &data.labels()[batch[0] as usize..][..batch.len()];
        let (g, model) = trainer.graph();
        let pixels = g.samples(rows(pixels, batch.len()));
        let images = model.images(&g, pixels);
        let made = model.reconstruct(&g, pixels);
        for (sums, made) in
            [(&mut decoder, made.decoder), (&mut top, made.top), (&mut bottom, made.bottom)]
        {
            let absolute = g.absolute_error(made, images);
            let squared = g.squared_error(made, images);
            sums.add_batch(labels, &g.value(absolute), &g.value(squared));
        }
    }
    TestErrors { decoder, top, bottom }
}

/// The whole of `evaluation.json` for a model.
pub fn evaluate(
    trainer: &mut Trainer<f32>,
    data: &Dataset,
    chunk: usize,
    halves: Halves,
    floors: Floors,
) -> Evaluation {
    let errors = test_errors(trainer, data, chunk);
    Evaluation::new(halves, &errors.decoder, &errors.top, &errors.bottom, floors)
}

/// Some images of a set with their reconstructions, each in `[-1, 1]`, row-major, one after the
/// other.
#[derive(Clone, Debug, PartialEq)]
pub struct Gallery {
    /// The label of each image.
    pub labels: Vec<u8>,
    /// The images.
    pub originals: Vec<f32>,
    /// What the top certificate made of them.
    pub top: Vec<f32>,
    /// What the bottom certificate made of them.
    pub bottom: Vec<f32>,
}

/// The images of `data` at the positions `chosen`, and their reconstructions.
///
/// # Panics
/// If a position is not in the set.
pub fn gallery(trainer: &mut Trainer<f32>, data: &Dataset, chosen: &[usize]) -> Gallery {
    let labels = chosen.iter().map(|&i| data.labels()[i]).collect();
    let chosen: Vec<u32> = chosen.iter().map(|&i| i as u32).collect();
    let mut pixels = vec![0.0; chosen.len() * data.pixels()];
    PixelTable::new().fill(&mut pixels, data, &chosen);
    let (g, model) = trainer.graph();
    let pixels = g.samples(rows(&pixels, chosen.len()));
    let images = model.images(&g, pixels);
    let made = model.reconstruct(&g, pixels);
    Gallery {
        labels,
        originals: g.value(images).to_vec(),
        top: g.value(made.top).to_vec(),
        bottom: g.value(made.bottom).to_vec(),
    }
}
