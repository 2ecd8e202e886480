//! Test errors of images that know nothing about the sample at hand.

use gradroute_runs::images::Dataset;
use rayon::prelude::*;

use super::evaluation::{ErrorSums, Floors};
use super::halves::Halves;

/// Pixels whose histograms are counted together: a cache line of each image,
/// and 64 kB of counts.
const BLOCK: usize = 64;

/// Errors on `test`, in units of [-1, 1], of three constant images: all pixels
/// at -1, and the median and the mean of each pixel over `train`. The median of
/// an even number of values is half-way between the middle two.
///
/// # Panics
/// When the images of the two sets differ in size.
pub fn floors(train: &Dataset, test: &Dataset, halves: &Halves) -> Floors {
    assert_eq!(train.pixels(), test.pixels(), "training and test images differ in size");
    let [constant, median, mean] =
        floor_images(train).map(|image| errors_of(&image, test).errors(halves));
    Floors { constant, median, mean }
}

/// The three images: all pixels at -1, and the median and the mean of each over `train`.
pub fn floor_images(train: &Dataset) -> [Vec<f64>; 3] {
    let statistics = pixel_statistics(train);
    let median = statistics.iter().map(|pixel| pixel.median).collect();
    let mean = statistics.iter().map(|pixel| pixel.mean).collect();
    [vec![-1.0; train.pixels()], median, mean]
}

#[derive(Clone, Copy)]
struct PixelStatistics {
    median: f64,
    mean: f64,
}

/// Maps 0..=255 to [-1, 1].
fn scaled(value: f64) -> f64 {
    value / 255.0 * 2.0 - 1.0
}

fn pixel_statistics(data: &Dataset) -> Vec<PixelStatistics> {
    let starts: Vec<usize> = (0..data.pixels()).step_by(BLOCK).collect();
    let blocks: Vec<Vec<PixelStatistics>> = starts
        .into_par_iter()
        .map(|start| {
            let end = data.pixels().min(start + BLOCK);
            let mut counts = vec![[0u32; 256]; end - start];
            for image in data.images().chunks_exact(data.pixels()) {
                for (counts, &value) in counts.iter_mut().zip(&image[start..end]) {
                    counts[usize::from(value)] += 1;
                }
            }
            counts.iter().map(|counts| statistics(counts, data.len())).collect()
        })
        .collect();
    blocks.concat()
}

fn statistics(counts: &[u32; 256], samples: usize) -> PixelStatistics {
    let ranked = |rank: usize| {
        let mut below = 0usize;
        let value = counts.iter().position(|&count| {
            below += count as usize;
            below > rank
        });
        value.expect("the counts of a pixel add up to the number of samples") as f64
    };
    let median = (ranked((samples - 1) / 2) + ranked(samples / 2)) / 2.0;
    let sum: u64 =
        counts.iter().enumerate().map(|(value, &count)| value as u64 * u64::from(count)).sum();
    PixelStatistics { median: scaled(median), mean: scaled(sum as f64 / samples as f64) }
}

fn errors_of(image: &[f64], test: &Dataset) -> ErrorSums {
    let values: [f64; 256] = std::array::from_fn(|value| scaled(value as f64));
    let pixels = image.len() as f64;
    let errors: Vec<(f64, f64)> = test
        .images()
        .par_chunks_exact(image.len())
        .map(|sample| {
            let (mut absolute, mut squared) = (0.0, 0.0);
            for (&value, &constant) in sample.iter().zip(image) {
                let difference = values[usize::from(value)] - constant;
                absolute += difference.abs();
                squared += difference * difference;
            }
            (absolute / pixels, squared / pixels)
        })
        .collect();
    // Summed in file order, so the threads don't show.
    let mut sums = ErrorSums::new();
    for (&label, (mae, mse)) in test.labels().iter().zip(errors) {
        sums.add(label, mae, mse);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradroute_runs::images::mnist;

    #[test]
    fn on_mnist_the_floors_are_the_known_ones() {
        let data = mnist::load(None, None).unwrap();
        assert!(data.source.is_canonical());
        assert_eq!((data.train.len(), data.test.len(), data.test.pixels()), (60_000, 10_000, 784));
        let floors = floors(&data.train, &data.test, &Halves::default());
        let known = |name: &str, found: f64, expected: f64| {
            assert!((found - expected).abs() <= 0.5e-4, "{name}: {found} instead of {expected}");
        };
        let all = |errors: &crate::autoencoder::evaluation::DecoderErrors, squared: bool| {
            let of = |g: &crate::autoencoder::evaluation::GroupErrors| {
                if squared { g.mse } else { g.mae }
            };
            let (a, b) = (&errors.groups.bottom, &errors.groups.top);
            (of(a).by_sample * a.samples as f64 + of(b).by_sample * b.samples as f64) / 10_000.0
        };
        let (constant, median) = (&floors.constant, &floors.median);
        known("constant, MAE", all(constant, false), 0.2650);
        known("constant, MSE", all(constant, true), 0.4558);
        known("constant, MAE on 0-4", constant.groups.bottom.mae.by_sample, 0.2631);
        known("constant, MSE on 0-4", constant.groups.bottom.mse.by_sample, 0.4541);
        known("constant, MAE on 5-9", constant.groups.top.mae.by_sample, 0.2670);
        known("constant, MSE on 5-9", constant.groups.top.mse.by_sample, 0.4576);
        known("median, MAE", all(median, false), 0.2512);
        known("median, MSE", all(median, true), 0.3514);
        known("median, MAE on 0-4", median.groups.bottom.mae.by_sample, 0.2562);
        known("median, MSE on 0-4", median.groups.bottom.mse.by_sample, 0.3607);
        known("median, MAE on 5-9", median.groups.top.mae.by_sample, 0.2460);
        known("median, MSE on 5-9", median.groups.top.mse.by_sample, 0.3417);
        known("mean, MAE", all(&floors.mean, false), 0.3006);
        known("mean, MSE", all(&floors.mean, true), 0.2699);
    }

    #[test]
    fn median_and_mean_are_those_of_the_training_set() {
        // One pixel: training values 0, 0, 51, 255 and test values 255 and 0.
        let train = Dataset::new(vec![0, 51, 0, 255], vec![0; 4], (1, 1), 10).unwrap();
        let test = Dataset::new(vec![255, 0], vec![3, 8], (1, 1), 10).unwrap();
        let floors = floors(&train, &test, &Halves::default());
        assert_eq!((floors.constant.mae[3], floors.constant.mae[8]), (2.0, 0.0));
        assert!((floors.median.mae[3] - 2.0 * 229.5 / 255.0).abs() < 1e-15);
        let mean: f64 = 2.0 * 76.5 / 255.0 - 1.0;
        assert!((floors.mean.mae[3] - (1.0 - mean)).abs() < 1e-15);
        assert!((floors.mean.mae[8] - (mean + 1.0)).abs() < 1e-15);
        assert!(floors.mean.mae[0].is_nan());
    }
}
