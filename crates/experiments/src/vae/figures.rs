//! The pictures of a run.

use gradroute_kernels::random::Stream;
use gradroute_runs::figures::{FigureError, HeatMap, ImageBand, ImageRow, ImageRows};
use gradroute_runs::images::{Chosen, Dataset, each_batch};
use gradroute_runs::{Figure, Learner};
use gradroute_tape::Real;

use super::evaluation::{Results, decode, lit};
use super::network::Network;
use super::{DIGITS, digit_names};

/// Test images beside their reconstructions.
const ORIGINALS: usize = 20;
/// The values at which each dim is decoded.
const VALUES: [f64; 7] = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0];
/// Samples of each digit.
const SAMPLES: usize = 10;
/// Pixels are 0 where there is no ink, and up to 1.
pub const SCALE: (f32, f32) = (0.0, 1.0);

/// A model, and the test set that it is shown on.
pub struct Shown<'s, T: Real> {
    pub network: &'s Network,
    pub learner: &'s mut Learner<T>,
    pub test: &'s Dataset,
}

/// Pixels in the precision that they are drawn in.
pub fn narrow(pixels: Vec<f64>) -> Vec<f32> {
    pixels.into_iter().map(|pixel| pixel as f32).collect()
}

impl<T: Real> Shown<'_, T> {
    fn size(&self) -> (usize, usize) {
        (self.test.rows(), self.test.columns())
    }

    /// Test images with what is decoded from their means.
    pub fn reconstructions(&mut self) -> Result<Figure, FigureError> {
        let classes: Vec<u8> = (0..DIGITS as u8).collect();
        let chosen = Chosen::<T>::of(self.test, &classes, ORIGINALS);
        let originals = narrow(chosen.pixels.iter().map(|pixel| pixel.to_f64()).collect());
        let decoded = narrow(self.reconstruct(&chosen));
        let drawing = ImageRows {
            title: "Test images and their reconstructions",
            subtitle: "Decoded from relu(mean), without noise",
            bands: &[ImageBand {
                name: "The first images of each digit",
                labels: &chosen.labels,
                originals: Some(&originals),
                rows: vec![ImageRow { name: "reconstruction", pixels: &decoded }],
            }],
            size: self.size(),
            scale: SCALE,
        }
        .draw()?;
        Ok(Figure {
            name: "reconstructions".into(),
            caption: "Test images above, what the decoder makes of their encoding below".into(),
            drawing,
        })
    }

    /// What is decoded from the means of some images.
    pub fn reconstruct(&mut self, chosen: &Chosen<T>) -> Vec<f64> {
        let g = self.learner.tape.graph(&self.learner.params);
        let heads = self.network.encode(&g, g.samples(chosen.batch()));
        let decoded = self.network.decode(&g, g.relu(heads.mean));
        g.value(decoded).iter().map(|pixel| pixel.to_f64()).collect()
    }

    /// What each dim decodes to, alone, as it grows.
    pub fn dims(&mut self) -> Result<Figure, FigureError> {
        let by_value = VALUES.map(|value| decode(self.network, self.learner, &lit(value)));
        let pixels = self.test.pixels();
        let images: Vec<Vec<f32>> = (0..DIGITS)
            .map(|dim| {
                let of_dim = by_value.iter().flat_map(|images| &images[dim * pixels..][..pixels]);
                narrow(of_dim.copied().collect())
            })
            .collect();
        let names: Vec<String> = (0..DIGITS).map(|dim| format!("dim {dim}")).collect();
        let rows = names.iter().zip(&images).map(|(name, pixels)| ImageRow { name, pixels });
        let drawing = ImageRows {
            title: "What each dim decodes to",
            subtitle: "One dim at the value below its column, all others 0",
            bands: &[ImageBand {
                name: "The value of the dim",
                labels: &VALUES.map(|value| value.to_string()),
                originals: None,
                rows: rows.collect(),
            }],
            size: self.size(),
            scale: SCALE,
        }
        .draw()?;
        Ok(Figure {
            name: "dims".into(),
            caption: "The image decoded from each of the ten dims alone, as its value grows from \
                      left to right"
                .into(),
            drawing,
        })
    }

    /// New images of each digit, and the heat map of its encoding: both rest on the mean and the
    /// deviation of each dim over the digit's test images.
    pub fn samples(&mut self, seed: u64) -> Result<[Figure; 2], FigureError> {
        let moments = self.moments();
        let mut stream = Stream::new(seed, "samples of the figures", 0);
        let shown: Vec<usize> = (0..DIGITS).filter(|&d| !moments[d].0[0].is_nan()).collect();
        let mut encodings = Vec::with_capacity(shown.len() * SAMPLES * DIGITS);
        for (mean, deviation) in shown.iter().flat_map(|&digit| [&moments[digit]; SAMPLES]) {
            let drawn = mean.iter().zip(deviation).map(|(m, d)| m + d * stream.normal());
            encodings.extend(drawn.map(|value| value.max(0.0)));
        }
        let images = narrow(decode(self.network, self.learner, &encodings));
        let of_digit = SAMPLES * self.test.pixels();
        let names: Vec<String> = shown.iter().map(|digit| format!("digit {digit}")).collect();
        let rows = names
            .iter()
            .zip(images.chunks(of_digit))
            .map(|(name, pixels)| ImageRow { name, pixels });
        let drawing = ImageRows {
            title: "Samples by digit",
            subtitle: "Each dim drawn from a normal distribution with the mean and the deviation \
                       that it has over the digit’s test images, then ReLU, then decoded",
            bands: &[ImageBand {
                name: "Ten samples of each digit",
                labels: &vec![String::new(); SAMPLES],
                originals: None,
                rows: rows.collect(),
            }],
            size: self.size(),
            scale: SCALE,
        }
        .draw()?;
        let samples = Figure {
            name: "samples".into(),
            caption: "Images decoded from encodings drawn from a normal distribution that is fitted to those of each digit"
                .into(),
            drawing,
        };
        Ok([samples, encoding(&moments)?])
    }

    /// Mean and standard deviation of each dim of `mean` over the test images of each digit; NaN
    /// where there are none.
    pub fn moments(&mut self) -> Vec<([f64; DIGITS], [f64; DIGITS])> {
        let mut sums = [[(0.0, 0.0); DIGITS]; DIGITS];
        let mut counts = [0u32; DIGITS];
        each_batch(self.test, 256, |pixels, labels| {
            let g = self.learner.tape.graph(&self.learner.params);
            let heads = self.network.encode(&g, g.samples(pixels));
            for (row, &label) in g.value(heads.mean).chunks(DIGITS).zip(labels) {
                counts[usize::from(label)] += 1;
                for ((sum, squares), value) in sums[usize::from(label)].iter_mut().zip(row) {
                    *sum += value.to_f64();
                    *squares += value.to_f64() * value.to_f64();
                }
            }
        });
        let moments = |(sums, count): ([(f64, f64); DIGITS], u32)| {
            let n = f64::from(count);
            let mean = sums.map(|(sum, _)| sum / n);
            let variance = |(sum, squares): (f64, f64)| squares / n - (sum / n) * (sum / n);
            (mean, sums.map(|sums| variance(sums).max(0.0).sqrt()))
        };
        sums.into_iter().zip(counts).map(moments).collect()
    }
}

fn encoding(moments: &[([f64; DIGITS], [f64; DIGITS])]) -> Result<Figure, FigureError> {
    let values: Vec<f64> = moments.iter().flat_map(|(mean, _)| *mean).collect();
    let most = values.iter().fold(1e-6, |most: f64, value| most.max(value.abs()));
    let drawing = HeatMap {
        title: "The encoding, digit by dim",
        subtitle: "Mean over the digit’s test images of each dim of the encoding, without noise; \
                   below 0 is red and becomes 0 in the ReLU",
        rows: ("digit shown", &digit_names()),
        columns: ("dim", &digit_names()),
        values: &values,
        most,
        // Rounded first, as there is no -0.00.
        text: |value| format!("{:.2}", (100.0 * value).round() / 100.0 + 0.0),
        blocks: &[],
    }
    .draw()?;
    let caption = "Mean of each dim over the test images of each digit; a digit that was learned \
                   lights its own dim, on the diagonal"
        .into();
    Ok(Figure { name: "encoding".into(), caption, drawing })
}

/// How many images of each digit have their largest mean in each dim.
pub fn confusion(results: &Results) -> Result<Figure, FigureError> {
    let values = shares(results);
    let drawing = HeatMap {
        title: "Which dim is the largest",
        subtitle: "Share of each digit’s test images; a pale square on the diagonal was not learned",
        rows: ("digit shown", &digit_names()),
        columns: ("dim", &digit_names()),
        values: &values,
        most: 1.0,
        text: |share| format!("{share:.2}"),
        blocks: &[],
    }
    .draw()?;
    Ok(Figure {
        name: "confusion".into(),
        caption: "Of the test images of each digit (rows), the share with the largest mean in \
                  each dim (columns)"
            .into(),
        drawing,
    })
}

/// The share of each digit's test images (rows) with the largest mean in each dim (columns).
pub fn shares(results: &Results) -> Vec<f64> {
    let rows = results.confusion.iter().zip(results.counts());
    rows.flat_map(|(row, count)| row.map(|images| images as f64 / count as f64)).collect()
}
