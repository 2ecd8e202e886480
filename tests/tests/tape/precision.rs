//! Gradients are checked in f64, and f32 has products of its own: both must agree.

use crate::autoencoder::{Autoencoder, batch};
use gradroute_kernels::random::Stream;
use gradroute_tape::ops::{Activation, Input, LinearOptions};
use gradroute_tape::{Gradients, Graph, Params, Real, Shape, Tape, Var};
use proptest::prelude::*;

/// Parameters of these extents, the same numbers in both precisions.
fn normal_params(seed: u64, operands: &[[usize; 2]]) -> Params<f32> {
    let mut params = Params::new();
    for (i, dims) in operands.iter().enumerate() {
        let mut stream = Stream::new(seed, "operand", i as u64);
        params.add(&format!("x{i}"), dims, || stream.normal() as f32);
    }
    params
}

/// The loss and its gradient.
fn run<T: Real>(
    params: &Params<T>,
    build: impl Fn(&Graph<'_, T>, &[Var]) -> Var,
) -> (f64, Vec<f64>) {
    let mut tape = Tape::new();
    let mut gradients = Gradients::new(params);
    let g = tape.graph(params);
    let x: Vec<Var> = params.ids().map(|id| g.param(id)).collect();
    let loss = build(&g, &x);
    g.backward(loss, &mut gradients);
    assert!(gradients.missing(params).next().is_none());
    (g.scalar(loss).to_f64(), gradients.flat().iter().map(|v| v.to_f64()).collect())
}

#[track_caller]
fn agree(single: (f64, Vec<f64>), double: (f64, Vec<f64>)) {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-4 * (1.0 + b.abs());
    assert!(close(single.0, double.0), "loss {} in f32, {} in f64", single.0, double.0);
    for (i, (a, b)) in single.1.iter().zip(&double.1).enumerate() {
        assert!(close(*a, *b), "gradient {i}: {a} in f32, {b} in f64");
    }
}

fn layer<T: Real>(g: &Graph<'_, T>, x: &[Var], affine: bool, update: Option<&[f64]>) -> Var {
    let update = update.map(|weights| {
        let weights: Vec<T> = weights.iter().map(|&w| T::from_f64(w)).collect();
        g.literal(Shape::of_samples(&[weights.len()]), &weights)
    });
    let input = match affine {
        true => Input::Affine { factor: 2.0, shift: -1.0 },
        false => Input::Plain,
    };
    let bias = g.reshape(x[2], &[g.shape(x[2]).len()]);
    let options = LinearOptions { activation: Activation::Identity, input };
    let rows = g.as_samples(g.relu(x[0]));
    let apply = || g.linear_with(rows, x[1], Some(bias), options);
    let y = match update {
        Some(update) => g.update_weighted(update, apply),
        None => apply(),
    };
    // A curve, so that the incoming gradient depends on the value.
    g.sum(g.tanh(g.scale(y, 0.2)))
}

fn products<T: Real>(g: &Graph<'_, T>, x: &[Var]) -> Var {
    let (plain, tn, nt) = (g.matmul(x[0], x[1]), g.matmul_tn(x[2], x[1]), g.matmul_nt(x[0], x[3]));
    let sum = g.add(plain, g.add(tn, nt));
    g.sum(g.tanh(g.scale(sum, 0.2)))
}

/// Small extents, 0 and 1 among them, and some that fill whole registers and blocks.
fn extent() -> impl Strategy<Value = usize> {
    prop_oneof![1 => Just(0usize), 1 => Just(1), 4 => 2usize..=9, 2 => 15usize..=70]
}

proptest! {
    #[test]
    fn a_linear_layer_behind_a_relu_agrees(
        n in extent(), i in extent(), o in extent(), affine: bool, weighted: bool, seed: u64,
    ) {
        let params = normal_params(seed, &[[n, i], [o, i], [o, 1]]);
        let mut stream = Stream::new(seed, "update", 0);
        let update: Vec<f64> = (0..n).map(|_| stream.below(3) as f64 / 2.0).collect();
        let update = weighted.then_some(&update[..]);
        agree(
            run(&params, |g, x| layer(g, x, affine, update)),
            run(&params.cast::<f64>(), |g, x| layer(g, x, affine, update)),
        );
    }

    #[test]
    fn matrix_products_agree(m in extent(), k in extent(), n in extent(), seed: u64) {
        let params = normal_params(seed, &[[m, k], [k, n], [k, m], [n, k]]);
        agree(run(&params, products), run(&params.cast::<f64>(), products));
    }
}

/// At fixed seeds: somewhere a difference rounds to either side of the absolute error's kink.
#[test]
fn the_replications_model_agrees() {
    const PIXELS: usize = 30;
    const ENCODING: usize = 6;
    fn loss<T: Real>(g: &Graph<'_, T>, model: &Autoencoder, images: &[T], mask: &[T]) -> Var {
        let n = images.len() / PIXELS;
        let images = g.literal(Shape::of_samples(&[n, PIXELS]), images);
        let mask = g.literal(Shape::of_samples(&[n, ENCODING]), mask);
        model.loss(g, images, mask, 0.001)
    }
    for (seed, n) in [(0, 1), (1, 2), (2, 7), (3, 17), (4, 40), (5, 64)] {
        let mut params = Params::<f32>::new();
        let model = Autoencoder::new(&mut params, PIXELS, &[40, 20], ENCODING, seed);
        let (images, mask) = batch::<f32>(n, PIXELS, ENCODING, seed);
        let wide = |data: &[f32]| -> Vec<f64> { data.iter().map(|&v| f64::from(v)).collect() };
        let (wide_images, wide_mask) = (wide(&images), wide(&mask));
        agree(
            run(&params, |g, _| loss(g, &model, &images, &mask)),
            run(&params.cast::<f64>(), |g, _| loss(g, &model, &wide_images, &wide_mask)),
        );
    }
}
