//! What a linear probe reads off each half of the encoding.
//!
//! A certificate is trained beside the encoder; a probe is fitted afterwards, in one go: ridge regression of
//! the ten digits, each 0 or 1, on the dims of a half. Its digit is the one of the largest prediction. What
//! it can tell, the half holds in a form that is easy to read; what it can't tell, the half may hold all the
//! same.

use gradroute_runs::Learner;
use gradroute_runs::images::{Dataset, each_batch};
use gradroute_tape::Real;
use serde::{Deserialize, Serialize};

use super::halves::{CLASSES, Half, Halves};
use super::network::Network;

/// Training images that a probe is fitted on, the first ones.
const IMAGES: usize = 10_000;
/// What is added to the variance of each dim, of which all are brought to 1.
const RIDGE: f64 = 1e-3;

/// The probe of each half.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probes {
    /// On the bottom half.
    pub bottom: Probe,
    /// On the top half.
    pub top: Probe,
}

/// Test accuracies of the probe of one half.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// On the digits that are assigned to the half; NaN without test images of them.
    #[serde(with = "gradroute_runs::nonfinite")]
    pub own: f64,
    /// On the digits of the other half.
    #[serde(with = "gradroute_runs::nonfinite")]
    pub other: f64,
}

impl Probes {
    /// The probe of a half.
    pub fn of(&self, half: Half) -> Probe {
        match half {
            Half::Bottom => self.bottom,
            Half::Top => self.top,
        }
    }
}

/// Fits a probe on each half and judges it on the test images, in chunks of at most `chunk`.
pub fn probes<T: Real>(
    network: &Network,
    learner: &mut Learner<T>,
    (train, test): (&Dataset, &Dataset),
    halves: &Halves,
    chunk: usize,
) -> Probes {
    let dims = network.encoding();
    let mut encoded = |data: &Dataset, most: usize| {
        let (mut z, mut of): (Vec<f64>, Vec<u8>) = (Vec::new(), Vec::new());
        each_batch(data, chunk, |pixels, labels| {
            if of.len() >= most {
                return;
            }
            let g = learner.tape.graph(&learner.params);
            let values = g.value(network.encode(&g, g.samples(pixels)));
            z.extend(values.iter().map(|v| v.to_f64()));
            of.extend(labels);
        });
        of.truncate(most);
        z.truncate(of.len() * dims);
        (z, of)
    };
    let (seen, unseen) = (encoded(train, IMAGES), encoded(test, usize::MAX));
    let probe = |half: Half| {
        let columns = half.dims(dims);
        let of_half = |z: &[f64]| -> Vec<f64> {
            z.chunks(dims).flat_map(|row| row[columns.clone()].to_vec()).collect()
        };
        let width = columns.len();
        let fitted = Fitted::new(&of_half(&seen.0), &seen.1, width);
        let (z, other) =
            (of_half(&unseen.0), if half == Half::Top { Half::Bottom } else { Half::Top });
        let accuracy = |digits: &[u8]| fitted.accuracy(&z, &unseen.1, digits);
        Probe { own: accuracy(half.digits(halves)), other: accuracy(other.digits(halves)) }
    };
    Probes { bottom: probe(Half::Bottom), top: probe(Half::Top) }
}

/// A probe that is fitted: `prediction = weights * (z - mean) / deviation`, and a constant.
struct Fitted {
    mean: Vec<f64>,
    /// One over the deviation of each dim; 0 for a dim that does not vary.
    scale: Vec<f64>,
    /// `[dims + 1, classes]`, the last row for the constant.
    weights: Vec<f64>,
}

impl Fitted {
    /// Fits on encodings `z` `[n, width]` of images with these labels.
    fn new(z: &[f64], labels: &[u8], width: usize) -> Self {
        let n = labels.len().max(1) as f64;
        let mut mean = vec![0.0; width];
        z.chunks(width).for_each(|row| mean.iter_mut().zip(row).for_each(|(m, v)| *m += v / n));
        let mut variance = vec![0.0; width];
        for row in z.chunks(width) {
            let squares = row.iter().zip(&mean).map(|(v, m)| (v - m) * (v - m) / n);
            variance.iter_mut().zip(squares).for_each(|(sum, square)| *sum += square);
        }
        let scale = variance.iter().map(|v| if *v > 0.0 { 1.0 / v.sqrt() } else { 0.0 }).collect();
        let mut fitted = Self { mean, scale, weights: Vec::new() };
        let size = width + 1;
        let (mut gram, mut right) = (vec![0.0; size * size], vec![0.0; size * CLASSES]);
        for (row, &label) in z.chunks(width).zip(labels) {
            let x = fitted.features(row);
            for i in 0..size {
                for j in 0..size {
                    gram[i * size + j] += x[i] * x[j] / n;
                }
                right[i * CLASSES + usize::from(label)] += x[i] / n;
            }
        }
        for i in 0..width {
            gram[i * size + i] += RIDGE;
        }
        solve(&mut gram, &mut right, size);
        fitted.weights = right;
        fitted
    }

    /// The dims brought to mean 0 and deviation 1, and a 1.
    fn features(&self, row: &[f64]) -> Vec<f64> {
        let scaled = row.iter().zip(&self.mean).zip(&self.scale);
        scaled.map(|((v, mean), scale)| (v - mean) * scale).chain([1.0]).collect()
    }

    fn accuracy(&self, z: &[f64], labels: &[u8], digits: &[u8]) -> f64 {
        let (mut right, mut count) = (0.0, 0.0);
        for (row, label) in z.chunks(self.mean.len()).zip(labels) {
            if digits.contains(label) {
                count += 1.0;
                right += f64::from(u8::from(self.digit(row) == Some(*label)));
            }
        }
        right / count
    }

    /// The digit of the largest prediction, the first of equal ones; none if one is no number.
    fn digit(&self, row: &[f64]) -> Option<u8> {
        let x = self.features(row);
        let mut best: Option<(u8, f64)> = None;
        for class in 0..CLASSES {
            let terms = x.iter().zip(self.weights[class..].iter().step_by(CLASSES));
            let score: f64 = terms.map(|(x, w)| x * w).sum();
            if score.is_nan() {
                return None;
            }
            if best.is_none_or(|(_, least)| score > least) {
                best = Some((class as u8, score));
            }
        }
        best.map(|(class, _)| class)
    }
}

/// Solves `a x = b` for a symmetric positive definite `a` `[size, size]` by Cholesky's factors; `b`
/// `[size, classes]` becomes `x`.
fn solve(a: &mut [f64], b: &mut [f64], size: usize) {
    let columns = b.len() / size;
    for i in 0..size {
        for j in 0..=i {
            let products: f64 = (0..j).map(|k| a[i * size + k] * a[j * size + k]).sum();
            let left = a[i * size + j] - products;
            a[i * size + j] = if i == j { left.sqrt() } else { left / a[j * size + j] };
        }
    }
    for column in 0..columns {
        for i in 0..size {
            let known: f64 = (0..i).map(|k| a[i * size + k] * b[k * columns + column]).sum();
            b[i * columns + column] = (b[i * columns + column] - known) / a[i * size + i];
        }
        for i in (0..size).rev() {
            let known: f64 = (i + 1..size).map(|k| a[k * size + i] * b[k * columns + column]).sum();
            b[i * columns + column] = (b[i * columns + column] - known) / a[i * size + i];
        }
    }
}

#[cfg(test)]
mod tests {
    use gradroute_kernels::random::Stream;

    use super::*;

    /// Two dims that tell the digits 0 and 1 apart and nothing of 2 and 3, and one that never varies.
    fn encodings(n: usize, seed: u64) -> (Vec<f64>, Vec<u8>) {
        let mut stream = Stream::new(seed, "encodings", 0);
        let labels: Vec<u8> = (0..n).map(|i| (i % 4) as u8).collect();
        let row = |label: &u8| match label {
            0 => [5.0, stream.normal(), 7.0],
            1 => [-5.0, stream.normal(), 7.0],
            _ => [0.1 * stream.normal(), stream.normal(), 7.0],
        };
        (labels.iter().flat_map(row).collect(), labels)
    }

    #[test]
    fn a_probe_tells_what_the_dims_tell_and_no_more() {
        let (z, labels) = encodings(2000, 1);
        let fitted = Fitted::new(&z, &labels, 3);
        let (z, labels) = encodings(2000, 2);
        assert_eq!(fitted.accuracy(&z, &labels, &[0, 1]), 1.0);
        let guessed = fitted.accuracy(&z, &labels, &[2, 3]);
        assert!(guessed < 0.6, "nothing tells 2 from 3: {guessed}");
        assert!(fitted.accuracy(&z, &labels, &[9]).is_nan(), "no such images");
        assert_eq!(fitted.accuracy(&[f64::NAN; 3], &[0], &[0]), 0.0);
    }

    #[test]
    fn what_is_fitted_is_the_ridge_solution() {
        let (z, labels) = encodings(300, 3);
        let fitted = Fitted::new(&z, &labels, 3);
        let n = labels.len() as f64;
        // The gradient of half the mean squared error and of the ridge is 0 there.
        for class in 0..CLASSES {
            for dim in 0..3 {
                let weight = fitted.weights[dim * CLASSES + class];
                let mut slope = RIDGE * weight;
                for (row, &label) in z.chunks(3).zip(&labels) {
                    let x = fitted.features(row);
                    let made: f64 =
                        (0..4).map(|i| x[i] * fitted.weights[i * CLASSES + class]).sum();
                    let target = f64::from(u8::from(usize::from(label) == class));
                    slope += (made - target) * x[dim] / n;
                }
                assert!(slope.abs() < 1e-12, "class {class}, dim {dim}: {slope:e}");
            }
        }
    }
}
