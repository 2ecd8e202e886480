//! Judging a model on a test set.

use gradroute_runs::Learner;
use gradroute_runs::images::{Chosen, Dataset, each_batch};

use super::evaluation::ErrorSums;
use super::halves::CLASSES;
use super::network::{Network, Reconstructions};
use gradroute_tape::Real;

/// The test errors of all decoders.
#[derive(Clone, Debug, PartialEq)]
pub struct TestErrors {
    /// Of the decoder.
    pub decoder: ErrorSums,
    /// Of the second decoder, where there is one.
    pub bad_decoder: Option<ErrorSums>,
    /// Of the certificate on the top half.
    pub top: ErrorSums,
    /// Of the certificate on the bottom half.
    pub bottom: ErrorSums,
}

/// Runs the whole of `data` through the model in chunks of at most `chunk` samples, in file order,
/// so that the sums have the same bits for every number of threads.
pub fn test_errors<T: Real>(
    network: &Network,
    learner: &mut Learner<T>,
    data: &Dataset,
    chunk: usize,
) -> TestErrors {
    let [mut decoder, mut bad, mut top, mut bottom] = [(); 4].map(|()| ErrorSums::new());
    let mut has_bad = false;
    each_batch(data, chunk, |pixels, labels| {
        let g = learner.tape.graph(&learner.params);
        let pixels = g.samples(pixels);
        let images = network.images(&g, pixels);
        let made = network.reconstruct(&g, pixels);
        has_bad = made.bad_decoder.is_some();
        for (sums, made) in
            [(&mut decoder, made.decoder), (&mut top, made.top), (&mut bottom, made.bottom)]
                .into_iter()
                .chain(made.bad_decoder.map(|made| (&mut bad, made)))
        {
            let absolute = wide(&g.value(g.absolute_error(made, images)));
            let squared = wide(&g.value(g.squared_error(made, images)));
            sums.add_batch(labels, &absolute, &squared);
        }
    });
    TestErrors { decoder, bad_decoder: has_bad.then_some(bad), top, bottom }
}

/// The mean size |z| of each dim of the encoding over the images of each digit, in f64 and in file
/// order, in chunks of at most `chunk` samples; NaN where there are none.
pub fn encoding_sizes<T: Real>(
    network: &Network,
    learner: &mut Learner<T>,
    data: &Dataset,
    chunk: usize,
) -> [Vec<f64>; CLASSES] {
    let dims = network.encoding();
    let mut sums = [(); CLASSES].map(|()| vec![0.0; dims]);
    let mut counts = [0u32; CLASSES];
    each_batch(data, chunk, |pixels, labels| {
        let g = learner.tape.graph(&learner.params);
        let z = g.value(network.encode(&g, g.samples(pixels)));
        for (z, &label) in z.chunks(dims).zip(labels) {
            let digit = usize::from(label);
            counts[digit] += 1;
            sums[digit].iter_mut().zip(z).for_each(|(sum, z)| *sum += z.to_f64().abs());
        }
    });
    let mut counts = counts.into_iter();
    sums.map(|sums| {
        let count = f64::from(counts.next().expect("as many as digits"));
        sums.into_iter().map(|sum| sum / count).collect()
    })
}

fn wide<T: Real>(values: &[T]) -> Vec<f64> {
    values.iter().map(|value| value.to_f64()).collect()
}

/// Some images of a set with their reconstructions, each in `[-1, 1]`, row-major, one after the
/// other.
#[derive(Clone, Debug, PartialEq)]
pub struct Gallery {
    /// The label of each image.
    pub labels: Vec<u8>,
    /// The images.
    pub originals: Vec<f32>,
    /// What the decoder made of them.
    pub decoder: Vec<f32>,
    /// What the second decoder made of them, where there is one.
    pub bad_decoder: Option<Vec<f32>>,
    /// What the top certificate made of them.
    pub top: Vec<f32>,
    /// What the bottom certificate made of them.
    pub bottom: Vec<f32>,
}

impl Gallery {
    /// The label of each image as text.
    pub fn names(&self) -> Vec<String> {
        self.labels.iter().map(u8::to_string).collect()
    }
}

/// The images of `data` that are `chosen`, and their reconstructions.
pub fn gallery<T: Real>(
    network: &Network,
    learner: &mut Learner<T>,
    data: &Dataset,
    chosen: &Chosen<T>,
) -> Gallery {
    let labels = chosen.indices.iter().map(|&i| data.labels()[i]).collect();
    let g = learner.tape.graph(&learner.params);
    let pixels = g.samples(chosen.batch());
    let images = network.images(&g, pixels);
    let Reconstructions { decoder, bad_decoder, top, bottom } = network.reconstruct(&g, pixels);
    let narrow = |var| g.value(var).iter().map(|value| value.to_f64() as f32).collect();
    Gallery {
        labels,
        originals: narrow(images),
        decoder: narrow(decoder),
        bad_decoder: bad_decoder.map(narrow),
        top: narrow(top),
        bottom: narrow(bottom),
    }
}
