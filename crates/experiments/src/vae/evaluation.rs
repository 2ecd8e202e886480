//! What a trained model is judged by.

use gradroute_kernels::random::Stream;
use gradroute_runs::images::{Dataset, each_batch, mean_image, rows};
use gradroute_runs::{Learner, nonfinite};
use gradroute_tape::{Real, Shape};
use serde::{Deserialize, Serialize};

use super::DIGITS;
use super::network::Network;

/// The value of a dim at which its image is decoded, all other dims being 0.
pub const LIT: f64 = 1.5;

/// A digit counts as not learned if fewer of its images than this share are named rightly.
pub const LEAST_RECALL: f64 = 0.1;

/// What a trained model achieved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// How many test images of each digit (row) have the largest `mean` in each dim (column).
    pub confusion: [[u64; DIGITS]; DIGITS],
    /// Squared distance of a test image and its reconstruction, noise on, mean over the images.
    #[serde(with = "nonfinite")]
    pub squared_error: f64,
    /// The same for the mean training image in place of the reconstruction.
    #[serde(with = "nonfinite")]
    pub squared_error_of_mean_image: f64,
    /// The digit whose mean training image is nearest to what each dim decodes to when it is 1.5
    /// and all others are 0.
    pub decoded_as: [Option<u8>; DIGITS],
}

impl Results {
    /// Test images of each digit.
    pub fn counts(&self) -> [u64; DIGITS] {
        self.confusion.map(|row| row.iter().sum())
    }

    /// Share of the test images whose largest `mean` is in their own digit's dim.
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..DIGITS).map(|digit| self.confusion[digit][digit]).sum();
        right as f64 / self.counts().iter().sum::<u64>() as f64
    }

    /// The accuracy of always naming the commonest digit.
    pub fn floor(&self) -> f64 {
        let counts = self.counts();
        *counts.iter().max().expect("ten digits") as f64 / counts.iter().sum::<u64>() as f64
    }

    /// Share of a digit's test images that are named rightly; NaN if there are none.
    pub fn recall(&self, digit: usize) -> f64 {
        self.confusion[digit][digit] as f64 / self.counts()[digit] as f64
    }

    /// The digits that were not learned.
    pub fn missing(&self) -> Vec<usize> {
        (0..DIGITS).filter(|&digit| self.recall(digit) < LEAST_RECALL).collect()
    }

    /// The digits that the test set has.
    pub fn shown(&self) -> usize {
        self.counts().iter().filter(|&&count| count > 0).count()
    }

    /// How many dims decode to their own digit.
    pub fn decodes_right(&self) -> usize {
        let right = |&dim: &usize| self.decoded_as[dim].map(usize::from) == Some(dim);
        (0..DIGITS).filter(right).count()
    }
}

/// The mean training image of each digit, and how far test images are from that of all: what the
/// data alone say, whatever the model.
#[derive(Clone, Debug)]
pub struct MeanImages {
    by_digit: Vec<Option<Vec<f64>>>,
    /// Squared distance of a test image and the mean training image, mean over the test images.
    squared_error: f64,
}

impl MeanImages {
    /// Those of a data set with labels below 10.
    ///
    /// # Panics
    /// If a label is not.
    pub fn of(train: &Dataset, test: &Dataset) -> Self {
        let (mut sums, mut counts) = (vec![vec![0.0; train.pixels()]; DIGITS], [0u32; DIGITS]);
        for (index, &label) in train.labels().iter().enumerate() {
            counts[usize::from(label)] += 1;
            for (sum, pixel) in sums[usize::from(label)].iter_mut().zip(image(train, index)) {
                *sum += pixel;
            }
        }
        let mean = |(sum, count): (Vec<f64>, u32)| {
            let mean = sum.iter().map(|sum| sum / f64::from(count)).collect();
            (count > 0).then_some(mean)
        };
        let all = mean_image::<f64>(train);
        let error = |index| squared_distance(image(test, index), &all);
        Self {
            by_digit: sums.into_iter().zip(counts).map(mean).collect(),
            squared_error: (0..test.len()).map(error).sum::<f64>() / test.len() as f64,
        }
    }

    /// The digit whose mean image is nearest to `image`; none if it is not finite.
    fn nearest(&self, image: &[f64]) -> Option<u8> {
        let distances = self.by_digit.iter().enumerate().filter_map(|(digit, mean)| {
            Some((digit as u8, squared_distance(image.iter().copied(), mean.as_ref()?)))
        });
        distances
            .filter(|(_, distance)| distance.is_finite())
            .min_by(|(_, a), (_, b)| a.total_cmp(b))
            .map(|(digit, _)| digit)
    }
}

/// Pixels of an image in `[0, 1]`.
fn image(data: &Dataset, index: usize) -> impl Iterator<Item = f64> {
    data.image(index).iter().map(|&pixel| f64::from(pixel) / 255.0)
}

fn squared_distance(a: impl Iterator<Item = f64>, b: &[f64]) -> f64 {
    a.zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// Judges a model on a test set, `chunk` samples at a time, which changes no bit. The noise is the
/// same in every evaluation under `seed`.
pub fn evaluate<T: Real>(
    network: &Network,
    learner: &mut Learner<T>,
    means: &MeanImages,
    test: &Dataset,
    chunk: usize,
    seed: u64,
) -> Results {
    let mut stream = Stream::new(seed, "noise of the evaluation", 0);
    let (mut confusion, mut error) = ([[0; DIGITS]; DIGITS], 0.0);
    each_batch(test, chunk, |pixels, labels| {
        let noise = normal::<T>(&mut stream, labels.len() * DIGITS);
        let g = learner.tape.graph(&learner.params);
        let x = g.samples(pixels);
        let heads = network.encode(&g, x);
        let decoded = network.decode(&g, heads.sample(&g, g.samples(rows(&noise, labels.len()))));
        for (&label, dim) in labels.iter().zip(g.argmax(heads.mean)) {
            confusion[usize::from(label)][dim] += 1;
        }
        let errors = g.squared_error(decoded, x);
        // One by one, so that it does not matter how many samples are judged at a time.
        g.value(errors).iter().for_each(|each| error += each.to_f64());
    });
    let images = decode(network, learner, &lit(LIT));
    let decoded_as: Vec<_> = images.chunks(test.pixels()).map(|i| means.nearest(i)).collect();
    Results {
        confusion,
        squared_error: error * test.pixels() as f64 / test.len() as f64,
        squared_error_of_mean_image: means.squared_error,
        decoded_as: decoded_as.try_into().expect("an image for each dim"),
    }
}

/// Normal numbers.
pub fn normal<T: Real>(stream: &mut Stream, count: usize) -> Vec<T> {
    (0..count).map(|_| T::from_f64(stream.normal())).collect()
}

/// Ten encodings, each with another dim at `value` and the rest at 0.
pub(super) fn lit(value: f64) -> Vec<f64> {
    let of = |i| if i / DIGITS == i % DIGITS { value } else { 0.0 };
    (0..DIGITS * DIGITS).map(of).collect()
}

/// The images that encodings `[n, 10]` decode to, one after the other.
pub(super) fn decode<T: Real>(
    network: &Network,
    learner: &mut Learner<T>,
    encodings: &[f64],
) -> Vec<f64> {
    let encodings: Vec<T> = encodings.iter().map(|&v| T::from_f64(v)).collect();
    let g = learner.tape.graph(&learner.params);
    let shape = Shape::of_samples(&[encodings.len() / DIGITS, DIGITS]);
    let images = network.decode(&g, g.literal(shape, &encodings));
    g.value(images).iter().map(|pixel| pixel.to_f64()).collect()
}
