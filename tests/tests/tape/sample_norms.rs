//! How long each sample's share of a gradient is.

use gradroute_kernels::random::Stream;
use gradroute_tape::layers::{Conv2d, Embedding, LayerNorm, TransformerBlock};
use gradroute_tape::{
    Gradients, Graph, GroupGradients, ParamId, Params, SampleNorms, Shape, Tape, Var,
};
use proptest::prelude::*;

use super::groups::{Model, flat};

fn norm(gradients: &Gradients<f64>, ids: &[ParamId]) -> f64 {
    let of = |&id: &ParamId| gradients.get(id).unwrap_or(&[]).iter().map(|v| v * v).sum::<f64>();
    ids.iter().map(of).sum::<f64>().sqrt()
}

/// The norms over `ids`, all of them at once and each for itself, are those of the gradients of groups
/// with one sample each; and the gradient is that of a plain backward to the bit.
#[track_caller]
fn norms_are_those_of_single_samples(
    params: &Params<f64>,
    ids: &[ParamId],
    n: usize,
    build: impl Fn(&Graph<'_, f64>) -> Var,
) {
    let (mut tape, mut plain) = (Tape::new(), Gradients::new(params));
    let (mut gradients, mut norms) =
        (Gradients::new(params), SampleNorms::new(params, ids.iter().copied()));
    let mut apart = GroupGradients::new(params, n);
    let g = tape.graph(params);
    let loss = build(&g);
    g.backward(loss, &mut plain);
    g.backward_by_group(loss, &(0..n as u8).collect::<Vec<_>>(), &mut apart);
    // Twice, as what the first pass left must not matter.
    for _ in 0..2 {
        g.backward_with_sample_norms(loss, &mut gradients, &mut norms);
    }
    assert_eq!(flat(params, &gradients), flat(params, &plain));
    let sets = ids.iter().map(std::slice::from_ref).chain([ids]);
    for set in sets {
        let found = norms.of(set.iter().copied());
        assert_eq!(found.len(), n);
        for (sample, found) in found.into_iter().enumerate() {
            let expected = norm(apart.group(sample), set);
            let close = (found - expected).abs() <= 1e-10 * expected.max(1.0);
            let names: Vec<&str> = set.iter().map(|&id| params.name(id)).collect();
            assert!(close, "sample {sample} of {names:?}: {found}, {expected}");
        }
    }
}

proptest! {
    #[test]
    fn norms_of_shares_are_those_of_a_backward_for_each_sample(n in 2usize..12, seed: u64) {
        let mut params = Params::new();
        let model = Model::new(&mut params);
        let ids: Vec<ParamId> = params.ids().collect();
        norms_are_those_of_single_samples(&params, &ids, n, |g| {
            model.loss(g, n, seed, &vec![1.0; n], false)
        });
    }

    #[test]
    fn norms_of_sequences_are_those_of_a_backward_for_each_sequence(
        n in 1usize..5, t in 1usize..6, tied: bool, seed: u64,
    ) {
        let d = 8;
        let mut params = Params::<f64>::new();
        let tokens = Embedding::new(&mut params, "tokens", 5, d, seed);
        let table = params.ids().next().unwrap();
        let mut stream = Stream::new(seed, "positions", 0);
        let positions = params.add("positions", &[t, d], || stream.normal());
        let head = params.add("head", &[5, d], || stream.normal());
        let block = TransformerBlock::new(&mut params, "block", d, 2, 16, seed);
        let norm = LayerNorm::new(&mut params, "norm", d);
        let ids: Vec<ParamId> = params.ids().collect();
        norms_are_those_of_single_samples(&params, &ids, n, |g| {
            let indices: Vec<u32> = (0..n * t).map(|i| (i * i % 5) as u32).collect();
            let indices = g.indices(Shape::of_samples(&[n, t]), &indices);
            let x = g.add(tokens.forward(g, indices), g.param(positions));
            let x = norm.forward(g, block.forward(g, x));
            // The head's weight may be the table of the tokens, which is then used twice.
            let logits = g.linear(x, g.param(if tied { table } else { head }), None);
            g.sum(g.softmax_cross_entropy(logits, indices))
        });
    }

    #[test]
    fn norms_of_images_are_those_of_a_backward_for_each_image(n in 1usize..6, seed: u64) {
        let mut params = Params::<f64>::new();
        let conv = Conv2d::new(&mut params, "conv", 2, 3, 3, seed);
        let ids: Vec<ParamId> = params.ids().collect();
        let mut stream = Stream::new(seed, "images", 0);
        let images: Vec<f64> = (0..n * 2 * 25).map(|_| stream.normal()).collect();
        norms_are_those_of_single_samples(&params, &ids, n, |g| {
            let x = g.literal(Shape::of_samples(&[n, 2, 5, 5]), &images);
            g.sum(g.tanh(conv.forward(g, x)))
        });
    }
}

#[test]
fn a_layer_of_long_rows_and_one_of_few_long_sequences_agree_with_single_samples() {
    // Rows for products of rows, and shares that are formed.
    for (t, i, o) in [(1, 40, 30), (3, 60, 50), (40, 9, 8)] {
        let mut stream = Stream::new(7, "layer", 0);
        let mut params = Params::<f64>::new();
        let w = params.add("w", &[o, i], || stream.normal());
        let b = params.add("b", &[o], || stream.normal());
        let n = 5;
        let x: Vec<f64> = (0..n * t * i).map(|_| stream.normal()).collect();
        norms_are_those_of_single_samples(&params, &[w, b], n, |g| {
            let x = g.literal(Shape::of_samples(&[n, t, i]), &x);
            g.sum(g.tanh(g.linear(x, g.param(w), Some(g.param(b)))))
        });
    }
}

#[test]
fn a_penalty_and_what_couples_samples_are_told_apart() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[1, 1], || 2.0);
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let mut norms = SampleNorms::new(&params, [w]);
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, -1.0]);
    let w_ = g.param(w);
    let loss = g.add(g.sum(g.linear(x, w_, None)), g.sum(g.mul(w_, w_)));
    g.backward_with_sample_norms(loss, &mut gradients, &mut norms);
    assert_eq!(gradients.get(w).unwrap(), [3.0 - 1.0 + 4.0]);
    assert_eq!(norms.of([w]), [3.0, 1.0], "the penalty is in no share");
}

#[test]
#[should_panic(expected = "does not come apart by samples")]
fn norms_of_what_lost_its_axis_of_samples_are_refused() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[1, 2], || 2.0);
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let mut norms = SampleNorms::new(&params, [w]);
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 3, 2]), &[1.0; 12]);
    let rows = g.reshape(x, &[6, 2]);
    g.backward_with_sample_norms(
        g.sum(g.linear(rows, g.param(w), None)),
        &mut gradients,
        &mut norms,
    );
}

#[test]
#[should_panic(expected = "were not asked for")]
fn norms_that_were_not_asked_for_are_refused() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[2], || 2.0);
    SampleNorms::new(&params, []).of([w]);
}

#[test]
fn norms_of_sequences_whose_tokens_cancel_are_exact() {
    for seed in 0..50 {
        let mut stream = Stream::new(seed, "cancelling", 0);
        let mut normals =
            |count: usize| -> Vec<f64> { (0..count).map(|_| stream.normal()).collect() };
        let (row, slopes) = (normals(8), normals(8));
        let (a, b) = (normals(1)[0], normals(1)[0]);
        let mut params = Params::<f64>::new();
        let w = params.add("w", &[8, 8], || 0.1);
        norms_are_those_of_single_samples(&params, &[w], 1, |g| {
            let x = g.literal(Shape::of_samples(&[1, 3, 8]), &row.repeat(3));
            let slope: Vec<f64> =
                [a, b, -(a + b)].iter().flat_map(|f| slopes.iter().map(move |s| f * s)).collect();
            let slope = g.literal(Shape::of_samples(&[1, 3, 8]), &slope);
            g.sum(g.mul(g.linear(x, g.param(w), None), slope))
        });
    }
}

#[test]
#[should_panic(expected = "does not come apart by samples")]
fn norms_of_what_scales_a_sum_over_samples_are_refused() {
    let mut params = Params::<f32>::new();
    let t = params.add("t", &[], || 2.0);
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let mut norms = SampleNorms::new(&params, [t]);
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, -1.0]);
    g.backward_with_sample_norms(g.mul(g.sum(x), g.param(t)), &mut gradients, &mut norms);
}

#[test]
fn another_batch_on_the_graph_does_not_count() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[1, 1], || 2.0);
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let mut norms = SampleNorms::new(&params, [w]);
    let g = tape.graph(&params);
    let w_ = g.param(w);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, -1.0]);
    let y = g.linear(g.linear(x, w_, None), w_, None);
    g.linear(g.literal(Shape::of_samples(&[3, 1]), &[1.0; 3]), w_, None);
    g.backward_with_sample_norms(g.sum(y), &mut gradients, &mut norms);
    assert_eq!(norms.of([w, w]), [12.0, 4.0], "and a parameter counts once");
}

#[test]
fn what_no_sample_reaches_has_a_norm_of_zero_for_each() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[1, 1], || 2.0);
    let v = params.add("v", &[1], || 2.0);
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let mut norms = SampleNorms::new(&params, [v]);
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, -1.0]);
    let loss = g.add(g.sum(g.linear(x, g.param(w), None)), g.sum(g.param(v)));
    g.backward_with_sample_norms(loss, &mut gradients, &mut norms);
    assert_eq!(norms.of([v]), [0.0, 0.0]);
}
