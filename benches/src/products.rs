//! The matrix products of linear layers, by our kernels and by matrixmultiply.

use std::fmt;

use gradroute_kernels::Write;
use gradroute_kernels::linear::{self, Affine, LinearShape};
use gradroute_kernels::random::Stream;
use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2};
use rayon::prelude::*;

/// Inputs and outputs of each shape of layer in the seed's model.
pub const SEED_LAYERS: [(usize, usize); 7] =
    [(784, 2048), (2048, 512), (512, 32), (32, 512), (512, 2048), (2048, 784), (16, 512)];

/// Whether nearly all of a step's arithmetic is in layers as large as this one.
pub fn is_large((inputs, outputs): (usize, usize)) -> bool {
    inputs.min(outputs) >= 512
}

/// Which of a linear layer's products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `y = x wᵀ`
    Forward,
    /// `dx = dy w`
    InputGradient,
    /// `dw = dyᵀ x`
    WeightGradient,
}

impl Kind {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Forward, Self::InputGradient, Self::WeightGradient];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forward => "forward",
            Self::InputGradient => "dx",
            Self::WeightGradient => "dw",
        })
    }
}

/// One product with its operands.
///
/// `sparse` is the operand that has zeros where a ReLU before or behind the layer makes them: the
/// input going forward and in the weight gradient, the output's gradient in the input gradient.
/// `dense` is the other one.
pub struct Product {
    kind: Kind,
    shape: LinearShape,
    sparse: Vec<f32>,
    dense: Vec<f32>,
    out: Vec<f32>,
}

impl Product {
    /// Random operands, of which `sparse` has about the share `density` of elements that are not
    /// 0, at random places. `dense` has no zeros, nor has `sparse` at density 1.
    pub fn new(kind: Kind, shape: LinearShape, density: f64) -> Self {
        let LinearShape { n, i, o } = shape;
        let (sparse, dense, out) = match kind {
            Kind::Forward => (rectified(n * i, density), signed(o * i, 1.0), n * o),
            Kind::InputGradient => (signed(n * o, density), signed(o * i, 1.0), n * i),
            Kind::WeightGradient => (rectified(n * i, density), signed(n * o, 1.0), o * i),
        };
        Self { kind, shape, sparse, dense, out: vec![0.0; out] }
    }

    /// Floating-point operations, as if nothing were skipped.
    pub fn flop(&self) -> f64 {
        let LinearShape { n, i, o } = self.shape;
        2.0 * n as f64 * i as f64 * o as f64
    }

    /// Computes it with our kernel.
    pub fn ours(&mut self) {
        let Self { shape, sparse, dense, out, .. } = self;
        let (shape, plain) = (*shape, Affine::IDENTITY);
        match self.kind {
            Kind::Forward => linear::forward(out, sparse, dense, None, shape, plain, false),
            Kind::InputGradient => {
                linear::backward_input(Write::Store, out, sparse, dense, shape, plain, None);
            }
            Kind::WeightGradient => {
                linear::backward_weight(Write::Store, out, dense, sparse, shape, plain);
            }
        }
    }

    /// Computes an input gradient with our kernel, only where `active` `[n, i]` is positive.
    ///
    /// # Panics
    /// If this is another product.
    pub fn ours_where(&mut self, active: &[f32]) {
        assert_eq!(self.kind, Kind::InputGradient, "only input gradients have active elements");
        let Self { shape, sparse, dense, out, .. } = self;
        let plain = Affine::IDENTITY;
        linear::backward_input(Write::Store, out, sparse, dense, *shape, plain, Some(active));
    }

    /// Computes it with matrixmultiply, the result's rows split into `blocks` parallel tasks.
    pub fn matrixmultiply(&mut self, blocks: usize) {
        let LinearShape { n, i, o } = self.shape;
        let (a, b) = match self.kind {
            Kind::Forward => (view(&self.sparse, n, i), view(&self.dense, o, i).reversed_axes()),
            Kind::InputGradient => (view(&self.sparse, n, o), view(&self.dense, o, i)),
            Kind::WeightGradient => {
                (view(&self.dense, n, o).reversed_axes(), view(&self.sparse, n, i))
            }
        };
        let (rows, columns) = (a.nrows().div_ceil(blocks), b.ncols());
        self.out.par_chunks_mut(rows * columns).enumerate().for_each(|(block, out)| {
            let height = out.len() / columns;
            let begin = block * rows;
            let a = a.slice(ndarray::s![begin..begin + height, ..]);
            let mut out = ArrayViewMut2::from_shape((height, columns), out).expect("whole rows");
            // With these types ndarray calls matrixmultiply on the strides as they are.
            general_mat_mul(1.0, &a, &b, 0.0, &mut out);
        });
    }

    /// The result of the last computation, row-major.
    pub fn result(&self) -> &[f32] {
        &self.out
    }
}

fn view(values: &[f32], rows: usize, columns: usize) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((rows, columns), values).expect("operands have their shape's size")
}

/// Values as a ReLU gives them: positive, or +0 with probability `1 - density`.
pub fn rectified(len: usize, density: f64) -> Vec<f32> {
    let mut stream = Stream::new(0, "rectified", len as u64);
    let mut value = || {
        let kept = stream.uniform() < density;
        // In (0, 1], as uniform() is below 1.
        if kept { (1.0 - stream.uniform()) as f32 } else { 0.0 }
    };
    (0..len).map(|_| value()).collect()
}

/// Values of either sign, or +0 with probability `1 - density`.
fn signed(len: usize, density: f64) -> Vec<f32> {
    let mut signs = Stream::new(0, "signs", len as u64);
    let mut values = rectified(len, density);
    for value in values.iter_mut().filter(|value| **value != 0.0) {
        *value = if signs.uniform() < 0.5 { *value } else { -*value };
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: LinearShape = LinearShape { n: 37, i: 50, o: 23 };

    #[test]
    fn both_programs_compute_the_same_product() {
        for kind in Kind::ALL {
            for density in [1.0, 0.5, 0.2] {
                let mut product = Product::new(kind, SHAPE, density);
                product.ours();
                let ours = product.result().to_vec();
                for blocks in [1, 2, 5] {
                    product.out.fill(f32::NAN);
                    product.matrixmultiply(blocks);
                    for (a, b) in ours.iter().zip(product.result()) {
                        assert!((a - b).abs() < 1e-4, "{kind}, density {density}: {a} and {b}");
                    }
                }
            }
        }
    }

    #[test]
    fn operands_have_the_density_they_should_have() {
        for kind in Kind::ALL {
            for density in [1.0, 0.5, 0.2] {
                let product = Product::new(kind, SHAPE, density);
                let kept = product.sparse.iter().filter(|&&value| value != 0.0).count();
                let share = kept as f64 / product.sparse.len() as f64;
                assert!((share - density).abs() <= 0.1 * (1.0 - density), "{kind}: {share}");
                assert!(product.dense.iter().all(|&value| value != 0.0));
            }
        }
    }
}
