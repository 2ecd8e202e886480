//! Update weights on rows and columns of a parameter.

use gradroute_kernels::random::Stream;
use gradroute_tape::check::Check;
use gradroute_tape::layers::{Conv2d, Embedding, LayerNorm, Linear};
use gradroute_tape::{Gradients, Graph, Params, Shape, Tape, Var};

/// Weights 0, 1 and others of a mask.
fn weights(g: &Graph<'_, f64>, dims: &[usize], seed: u64) -> Var {
    let mut stream = Stream::new(seed, "weights", 0);
    let draw = |_| [0.0, 1.0, -0.7, 1.9][stream.below(4) as usize];
    let shape = Shape::of_samples(dims);
    let data: Vec<f64> = (0..shape.len()).map(draw).collect();
    g.literal(shape, &data)
}

fn agrees(params: &Params<f64>, build: impl Fn(&Graph<'_, f64>) -> Var) {
    let agreement = Check::default().elements(params, build).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(agreement.compared, params.flat().len());
}

#[test]
fn gradients_with_weights_on_rows_and_columns_are_those_of_their_surrogates() {
    for seed in 0..20 {
        let mut stream = Stream::new(seed, "x", 0);
        let mut params = Params::new();
        let x = params.add("x", &[3, 4, 5], || stream.normal());
        let image = params.add("image", &[2, 2, 4, 4], || stream.normal());
        let layer = Linear::new(&mut params, "layer", 5, 6, true, seed);
        let norm = LayerNorm::new(&mut params, "norm", 6);
        let conv = Conv2d::new(&mut params, "conv", 2, 3, 2, seed);
        let tokens = Embedding::new(&mut params, "tokens", 4, 6, seed);
        agrees(&params, |g| {
            let (x, image) = (g.as_samples(g.param(x)), g.as_samples(g.param(image)));
            let [rows, columns] = [weights(g, &[3, 4, 6], seed), weights(g, &[3, 1, 5], seed + 50)];
            let y = g.update_weighted(rows, || {
                g.update_weighted_columns(columns, || layer.forward(g, g.tanh(x)))
            });
            let story =
                g.indices(Shape::of_samples(&[3, 4]), &[0, 1, 1, 3, 2, 2, 2, 2, 0, 3, 1, 0]);
            let y = g.update_weighted(weights(g, &[3, 4], seed + 1), || {
                g.add(y, tokens.forward(g, story))
            });
            let y = g.update_weighted(weights(g, &[3, 1, 6], seed + 2), || norm.forward(g, y));
            let [rows, columns] = [weights(g, &[2, 3], seed + 3), weights(g, &[2, 2], seed + 4)];
            let z = g.update_weighted(rows, || {
                g.update_weighted_columns(columns, || conv.forward(g, g.tanh(image)))
            });
            g.add(g.sum(g.tanh(y)), g.sum(g.tanh(z)))
        });
    }
}

#[test]
fn weights_on_the_rows_of_one_sample_are_a_route_on_the_parameter() {
    let mut stream = Stream::new(1, "one", 0);
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[3, 2], || stream.normal());
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let mask = [0.0, 1.0, -2.5];
    let mut found = Vec::new();
    for by_route in [false, true] {
        let g = tape.graph(&params);
        let x = g.literal(Shape::of_samples(&[1, 2]), &[0.3, -0.7]);
        let y = match by_route {
            true => {
                let mask = g.literal(Shape::new(&[3, 1]), &mask);
                g.linear(x, g.route(g.param(w), mask), None)
            }
            false => {
                let mask = g.literal(Shape::of_samples(&[1, 3]), &mask);
                g.update_weighted(mask, || g.linear(x, g.param(w), None))
            }
        };
        g.backward(g.sum(g.tanh(y)), &mut gradients);
        found.push(gradients.get(w).expect("taught").to_vec());
    }
    for (a, b) in found[0].iter().zip(&found[1]) {
        assert!((a - b).abs() <= 1e-15, "{a} and {b}");
    }
}

#[test]
fn a_row_of_weight_zero_takes_no_trace_of_a_sample_that_is_not_finite() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[2, 2], || 0.5);
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 2]), &[1.0, 2.0, f32::NAN, f32::INFINITY]);
    let mask = g.literal(Shape::of_samples(&[2, 2]), &[1.0, 1.0, 0.0, 1.0]);
    let y = g.update_weighted(mask, || g.linear(x, g.param(w), None));
    g.backward(g.sum(y), &mut gradients);
    let found = gradients.get(w).expect("taught");
    assert_eq!(found[..2], [1.0, 2.0]);
    assert!(found[2].is_nan() && found[3].is_infinite(), "{found:?}");
}

#[test]
#[should_panic(expected = "for no op")]
fn update_weights_that_no_op_takes_are_refused() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[2], || 0.5);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let mask = g.literal(Shape::of_samples(&[2]), &[1.0, 0.0]);
    g.update_weighted(mask, || g.scale(g.param(w), 2.0));
}

#[test]
#[should_panic(expected = "update weights within update weights")]
fn update_weights_within_update_weights_are_refused() {
    let params = Params::<f32>::new();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let mask = g.literal(Shape::of_samples(&[2]), &[1.0, 0.0]);
    g.update_weighted(mask, || g.update_weighted(mask, || mask));
}

#[test]
fn a_panic_within_leaves_no_weights_behind() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[1, 1], || 0.5);
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let g = tape.graph(&params);
    let mask = g.literal(Shape::of_samples(&[2]), &[0.0, 0.0]);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, 5.0]);
    let within = std::panic::AssertUnwindSafe(|| g.update_weighted(mask, || panic!("mine")));
    std::panic::catch_unwind(within).expect_err("it panics");
    g.backward(g.sum(g.linear(x, g.param(w), None)), &mut gradients);
    assert_eq!(gradients.get(w).unwrap(), [8.0]);
    // And the next weights are not taken for nested ones.
    g.update_weighted(mask, || g.linear(x, g.param(w), None));
}

#[test]
fn weights_for_a_layer_that_is_frozen_are_accepted() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[1, 1], || 0.5);
    params.freeze(w);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let mask = g.literal(Shape::of_samples(&[2]), &[1.0, 0.0]);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, 5.0]);
    g.update_weighted(mask, || g.linear(x, g.param(w), None));
}

#[test]
fn a_parameter_that_is_taken_for_samples_is_taught_by_weights_too() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[2, 2], || 0.5);
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let g = tape.graph(&params);
    let mask = g.literal(Shape::of_samples(&[2]), &[1.0, 0.0]);
    let z = g.update_weighted(mask, || g.as_samples(g.param(w)));
    g.backward(g.sum(z), &mut gradients);
    assert_eq!(gradients.get(w).unwrap(), [1.0, 1.0, 0.0, 0.0]);
}
