//! The linear layer and matrix products.

use gradroute_tape::ops::{Activation, Input, LinearOptions};
use proptest::prelude::*;

use super::point::{Operand, confirm, normal};
use super::shapes::extent;

/// A linear layer's extents and options.
#[derive(Clone, Debug)]
struct Layer {
    n: usize,
    inputs: usize,
    outputs: usize,
    bias: bool,
    relu: bool,
    affine: Option<(f64, f64)>,
    update: Option<bool>,
}

fn layers() -> impl Strategy<Value = Layer> {
    let affine = proptest::option::of((-2.0..2.0, -2.0..2.0));
    let update = proptest::option::of(any::<bool>());
    (extent(), extent(), extent(), any::<bool>(), any::<bool>(), affine, update).prop_map(
        |(n, inputs, outputs, bias, relu, affine, update)| {
            // Without inputs a ReLU without bias sits on its kink.
            let inputs = if relu && !bias { inputs.max(1) } else { inputs };
            Layer { n, inputs, outputs, bias, relu, affine, update }
        },
    )
}

impl Layer {
    fn operands(&self) -> Vec<Operand> {
        let mut operands =
            vec![normal(&[self.n, self.inputs]), normal(&[self.outputs, self.inputs])];
        operands.extend(self.bias.then(|| normal(&[self.outputs])));
        operands
    }
}

proptest! {
    #[test]
    fn linear_with_all_its_options(layer in layers(), seed: u64) {
        confirm(seed, &layer.operands(), |g, x, c| {
            // Update weights may be `[n]` or `[n, 1]`.
            let update = layer.update.map(|column| {
                let dims = if column { vec![layer.n, 1] } else { vec![layer.n] };
                g.as_samples(c.mask(g, "update", &dims))
            });
            let input = match layer.affine {
                Some((factor, shift)) => Input::Affine { factor, shift },
                None => Input::Plain,
            };
            let activation = if layer.relu { Activation::Relu } else { Activation::Identity };
            let (bias, options) = (x.get(2).copied(), LinearOptions { activation, input });
            let rows = g.as_samples(x[0]);
            match update {
                Some(update) => {
                    g.update_weighted(update, || g.linear_with(rows, x[1], bias, options))
                }
                None => g.linear_with(rows, x[1], bias, options),
            }
        });
    }

    #[test]
    fn linear_behind_a_relu(n in extent(), i in 1usize..=5, o in extent(), seed: u64) {
        let operands = [normal(&[n, i]), normal(&[o, i]), normal(&[o])];
        confirm(seed, &operands, |g, x, _| g.linear(g.relu(x[0]), x[1], Some(x[2])));
    }

    #[test]
    fn fused_relu_layers_in_a_row(n in extent(), widths in [1usize..=4, 1..=4, 1..=4], seed: u64) {
        let [a, b, c] = widths;
        let operands =
            [normal(&[n, a]), normal(&[b, a]), normal(&[b]), normal(&[c, b]), normal(&[c])];
        confirm(seed, &operands, |g, x, _| {
            let hidden = g.linear_relu(x[0], x[1], Some(x[2]));
            let top = g.linear_relu(hidden, x[3], Some(x[4]));
            // The hidden value's second use has a gradient for its zeros, which ReLU ignores.
            let all = g.concat_columns(&[top, hidden]);
            g.add(g.sum(g.tanh(all)), g.sum(g.mul(hidden, hidden)))
        });
    }

    #[test]
    fn matmul(m in extent(), k in extent(), n in extent(), seed: u64) {
        confirm(seed, &[normal(&[m, k]), normal(&[k, n])], |g, x, _| g.matmul(x[0], x[1]));
    }

    #[test]
    fn matmul_with_the_first_transposed(m in extent(), k in extent(), n in extent(), seed: u64) {
        confirm(seed, &[normal(&[k, m]), normal(&[k, n])], |g, x, _| g.matmul_tn(x[0], x[1]));
    }

    #[test]
    fn matmul_with_the_second_transposed(m in extent(), k in extent(), n in extent(), seed: u64) {
        confirm(seed, &[normal(&[m, k]), normal(&[n, k])], |g, x, _| g.matmul_nt(x[0], x[1]));
    }

    #[test]
    fn a_matrix_times_itself(n in extent(), d in extent(), seed: u64) {
        confirm(seed, &[normal(&[n, d])], |g, x, _| {
            g.add(g.sum(g.tanh(g.matmul_tn(x[0], x[0]))), g.sum(g.tanh(g.matmul_nt(x[0], x[0]))))
        });
    }

    #[test]
    fn linear_with_one_value_as_input_and_weight(n in extent(), d in extent(), seed: u64) {
        confirm(seed, &[normal(&[n, d])], |g, x, _| g.linear(x[0], x[0], None));
    }
}
