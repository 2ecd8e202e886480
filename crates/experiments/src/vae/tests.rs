mod judging;
mod laws;
mod plain;
mod planted;

use gradroute_kernels::random::Stream;
use gradroute_runs::config::Request;
use gradroute_runs::images::mnist;
use gradroute_runs::{Experiment, assert_resumes};
use gradroute_tape::check::{Check, CheckError};
use gradroute_tape::{Graph, ParamId, Params, Real, Shape, Tape, Var};
use proptest::prelude::*;

use super::config::{Config, Loss};
use super::evaluation::{Results, normal};
use super::network::Network;
use super::objective::{Batch, Terms, own_dims, record};
use super::{DIGITS, Vae};
use plain::{Plain, squared};

const PIXELS: usize = 6;
const HIDDEN: [usize; 2] = [7, 5];
const LOSS: Loss = Loss { reconstruction: 0.3, penalty: 1.0 };

/// A small model with a batch in which every digit is, in an order of its own.
struct Case<T: Real> {
    params: Params<T>,
    network: Network,
    labels: Vec<u8>,
    pixels: Vec<T>,
    noise: Vec<T>,
}

impl<T: Real> Case<T> {
    fn new(seed: u64) -> Self {
        let mut params = Params::new();
        let network = Network::new(&mut params, PIXELS, &HIDDEN, seed);
        let mut stream = Stream::new(seed, "case", 0);
        // A wide spread, so that few units are off for all samples; a wider one would make exp(c) so
        // steep that differences say nothing.
        params.flat_mut().iter_mut().for_each(|w| *w = T::from_f64(0.6 * stream.normal()));
        let mut labels: Vec<u8> = (0..13).map(|i| i % DIGITS as u8).collect();
        stream.shuffle(&mut labels);
        let pixels = (0..labels.len() * PIXELS).map(|_| T::from_f64(stream.uniform())).collect();
        let noise = normal(&mut stream, labels.len() * DIGITS);
        Self { params, network, labels, pixels, noise }
    }

    fn input(&self, g: &Graph<'_, T>, values: &[T]) -> Var {
        g.literal(Shape::of_samples(&[self.labels.len(), values.len() / self.labels.len()]), values)
    }

    /// The batch on a graph, with the mask of its labels.
    fn batch(&self, g: &Graph<'_, T>) -> Batch {
        Batch {
            pixels: self.input(g, &self.pixels),
            noise: self.input(g, &self.noise),
            mask: Some(own_dims(g, &self.labels)),
        }
    }
}

fn config(set: &[&str]) -> Config {
    <Vae as Experiment>::resolve(&Request::preset("vae-quick", set)).unwrap().config
}

#[test]
fn the_model_has_the_published_size_and_quick_is_the_first_epochs_of_it() {
    let quick = config(&[]);
    assert_eq!(quick.parameters(784), 5_324_790);
    let mut params = Params::<f32>::new();
    Network::new(&mut params, 784, &quick.model.hidden, 0);
    assert_eq!(params.flat().len(), 5_324_790);
    let whole = <Vae as Experiment>::resolve(&Request::preset("vae", &[])).unwrap().config;
    let same_steps = Config { train: whole.train.clone(), ..quick.clone() };
    assert_eq!((same_steps, quick.train.epochs, whole.train.epochs), (whole.clone(), 8, 100));
    assert_eq!((whole.train.batch, whole.optimizer.rate(0, 1, 2)), (128, 1e-3 * 0.95 * 0.95));
}

#[test]
fn a_run_that_is_interrupted_anywhere_goes_on_with_the_same_bits() {
    let config = config(&[
        "model.hidden=[12,9]",
        "train.batch=50",
        "train.epochs=2",
        "data.limit=220",
        "optimizer.lr=0.01",
    ]);
    let data = mnist::load(None, config.data.limit).unwrap();
    assert_resumes::<Vae>(&config, &data);
}

/// The terms of the loss by plain sums.
fn written_out(case: &Case<f64>) -> (f64, f64) {
    let Case { params, labels, pixels, noise, .. } = case;
    let plain = Plain(params);
    let (mut squares, mut penalty) = (0.0, 0.0);
    for (x, noise) in pixels.chunks(PIXELS).zip(noise.chunks(DIGITS)) {
        squares += squared(&plain.draw(&plain.sample(x, noise)), x);
        let (mean, c) = plain.heads(x);
        penalty += mean.iter().zip(&c).map(|(m, c)| m * m + c.exp() - c).sum::<f64>();
    }
    let n = labels.len() as f64;
    (0.3 * squares / n, penalty / (n * DIGITS as f64))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_terms_are_those_of_the_specification(seed: u64) {
        let case = Case::<f64>::new(seed);
        let mut tape = Tape::new();
        let g = tape.graph(&case.params);
        let terms = record(&g, &case.network, &LOSS, case.batch(&g));
        let (reconstruction, penalty) = written_out(&case);
        for (found, expected) in
            [(terms.reconstruction, reconstruction), (terms.penalty, penalty)]
        {
            let found = g.scalar(found);
            prop_assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found} {expected}");
        }
    }

    #[test]
    fn gradients_agree_with_differences_through_the_surrogate_of_the_route(seed: u64) {
        let case = Case::<f64>::new(seed);
        let total = |g: &Graph<'_, f64>| {
            let Terms { reconstruction, penalty, .. } =
                record(g, &case.network, &LOSS, case.batch(g));
            g.add(reconstruction, penalty)
        };
        match Check::default().directions(8, &case.params, total) {
            Err(CheckError::NearKink { .. }) => return Err(TestCaseError::reject("near a kink")),
            other => drop(other.unwrap()),
        }
    }
}

#[test]
fn results_name_the_digits_that_were_not_learned() {
    let mut confusion = [[0; DIGITS]; DIGITS];
    for (digit, row) in confusion.iter_mut().enumerate().take(9) {
        row[digit] = if digit == 3 { 1 } else { 90 };
        row[4] += 11;
    }
    let results = Results {
        confusion,
        squared_error: 30.0,
        squared_error_of_mean_image: 50.0,
        decoded_as: std::array::from_fn(|dim| (dim != 2).then_some(dim.min(8) as u8)),
    };
    assert_eq!(results.missing(), [3], "a digit without test images is not missing");
    assert_eq!(results.decodes_right(), 8);
    let all: u64 = results.counts().iter().sum();
    assert_eq!(results.accuracy(), (7 * 90 + 1 + 101) as f64 / all as f64);
    assert_eq!(results.floor(), 101.0 / all as f64);
}

/// Parameters by the beginning of their names.
fn of_part<T: Real>(params: &Params<T>, part: &str) -> Vec<ParamId> {
    params.ids().filter(|&id| params.name(id).starts_with(part)).collect()
}
