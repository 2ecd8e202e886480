//! A small network with a value in its middle, and its gradient under whatever is done to it.

use gradroute_kernels::random::Stream;
use gradroute_tape::layers::Linear;
use gradroute_tape::{Gradients, Graph, Params, Real, Shape, Tape, Var};

pub const INPUTS: usize = 5;
/// Dims of the value in the middle.
pub const DIMS: usize = 6;
const OUTPUTS: usize = 3;

/// `x -> first -> relu -> second -> z -> (at) -> third -> loss of each sample`.
pub struct Network<T: Real> {
    pub params: Params<T>,
    first: Linear,
    second: Linear,
    third: Linear,
    pub images: Vec<T>,
    targets: Vec<T>,
    pub n: usize,
}

/// Numbers of the normal distribution.
pub fn normals<T: Real>(seed: u64, purpose: &str, count: usize) -> Vec<T> {
    let mut stream = Stream::new(seed, purpose, 0);
    (0..count).map(|_| T::from_f64(stream.normal())).collect()
}

impl<T: Real> Network<T> {
    pub fn new(seed: u64, n: usize) -> Self {
        let mut params = Params::new();
        let first = Linear::new(&mut params, "first", INPUTS, 7, true, seed);
        let second = Linear::new(&mut params, "second", 7, DIMS, true, seed);
        let third = Linear::new(&mut params, "third", DIMS, OUTPUTS, true, seed);
        let images = normals(seed, "images", n * INPUTS);
        let targets = normals(seed, "targets", n * OUTPUTS);
        Self { params, first, second, third, images, targets, n }
    }

    /// The gradient of the sum of losses, `at` being put in the middle's place.
    pub fn gradient(&self, at: impl Fn(&Graph<'_, T>, Var) -> Var) -> Vec<T> {
        self.weighted_gradient(&vec![T::ONE; self.n], at)
    }

    /// The same with a weight for each sample's loss.
    pub fn weighted_gradient(
        &self,
        weights: &[T],
        at: impl Fn(&Graph<'_, T>, Var) -> Var,
    ) -> Vec<T> {
        let mut tape = Tape::new();
        let mut gradients = Gradients::new(&self.params);
        let g = tape.graph(&self.params);
        let x = g.literal(Shape::of_samples(&[self.n, INPUTS]), &self.images);
        let target = g.literal(Shape::of_samples(&[self.n, OUTPUTS]), &self.targets);
        let z = self.second.forward(&g, g.relu(self.first.forward(&g, x)));
        let y = self.third.forward(&g, at(&g, z));
        let losses = g.squared_error(y, target);
        let weights = g.literal(Shape::of_samples(&[self.n]), weights);
        g.backward(g.weighted_sum(losses, weights), &mut gradients);
        assert!(gradients.missing(&self.params).next().is_none());
        gradients.flat().to_vec()
    }

    /// Only samples in `kept`, in their order.
    pub fn subset(&self, kept: &[usize]) -> Self {
        let rows = |data: &[T], columns: usize| {
            kept.iter().flat_map(|&i| data[i * columns..][..columns].to_vec()).collect()
        };
        Self {
            params: self.params.clone(),
            first: self.first.clone(),
            second: self.second.clone(),
            third: self.third.clone(),
            images: rows(&self.images, INPUTS),
            targets: rows(&self.targets, OUTPUTS),
            n: kept.len(),
        }
    }

    /// How many numbers the gradient has below the middle; the rest is the third layer's.
    pub fn below(&self) -> usize {
        self.params.range(self.third.weight).start
    }
}

/// Bits, wide enough for both precisions (and the sign of zero).
pub fn bits<T: Real>(values: &[T]) -> Vec<u64> {
    values.iter().map(|v| v.to_f64().to_bits()).collect()
}

/// Asserts equality up to `64` rounding errors of the largest term that can have been summed.
#[track_caller]
pub fn assert_close<T: Real>(found: &[T], expected: &[T], scale: f64) {
    assert_eq!(found.len(), expected.len());
    let allowed = 64.0 * T::EPSILON.to_f64() * scale;
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let difference = (found.to_f64() - expected.to_f64()).abs();
        assert!(difference <= allowed, "element {i}: {found} and {expected}, allowed {allowed:e}");
    }
}

/// The largest absolute value.
pub fn largest<T: Real>(values: &[T]) -> f64 {
    values.iter().map(|v| v.to_f64().abs()).fold(0.0, f64::max)
}

/// Elementwise sum of vectors of the same length.
pub fn total<T: Real>(vectors: &[Vec<T>]) -> Vec<T> {
    let mut sum = vec![T::ZERO; vectors[0].len()];
    for vector in vectors {
        sum.iter_mut().zip(vector).for_each(|(sum, &v)| *sum += v);
    }
    sum
}
