//! A gradient a group of samples, in one pass.

use gradroute_kernels::random::Stream;
use gradroute_tape::layers::{Embedding, LayerNorm, Mlp, TransformerBlock};
use gradroute_tape::ops::Input;
use gradroute_tape::{Gradients, Graph, GroupGradients, ParamId, Params, Shape, Tape, Var};
use proptest::prelude::*;

const PIXELS: usize = 5;
const GROUPS: usize = 3;

/// A model with a route, update weights, terms that couple samples, and a weight that is made of
/// parameters.
pub struct Model {
    pub mlp: Mlp,
    head: ParamId,
    factor: ParamId,
}

impl Model {
    pub fn new(params: &mut Params<f64>) -> Self {
        let mlp = Mlp::new(params, "mlp", &[PIXELS, 6, 4], true, 0);
        let mut stream = Stream::new(0, "head", 0);
        let head = params.add("head", &[3, 4], || stream.normal());
        let factor = params.add("factor", &[3, 1], || stream.normal());
        Self { mlp, head, factor }
    }

    /// The loss, for samples that count as much as `weights` say.
    pub fn loss(
        &self,
        g: &Graph<'_, f64>,
        n: usize,
        seed: u64,
        weights: &[f64],
        coupled: bool,
    ) -> Var {
        let mut stream = Stream::new(seed, "data", 0);
        let mut normals = |len: usize| -> Vec<f64> { (0..len).map(|_| stream.normal()).collect() };
        let x = g.literal(Shape::of_samples(&[n, PIXELS]), &normals(n * PIXELS));
        let mask = g.literal(Shape::of_samples(&[n, 4]), &normals(n * 4));
        let update = g.literal(Shape::of_samples(&[n, 3]), &normals(n * 3));
        let z = g.route(self.mlp.forward_between(g, x, Input::Plain, |_, h| h), mask);
        let head = g.mul(g.param(self.head), g.param(self.factor));
        let y = g.tanh(g.update_weighted(update, || g.linear(z, head, None)));
        let losses = g.sum_axis(g.mul(y, y), 1);
        let loss = g.weighted_sum(losses, g.literal(Shape::of_samples(&[n]), weights));
        if !coupled {
            return loss;
        }
        let spread = g.sum(g.mul(g.standardize(z), g.literal(Shape::new(&[4]), &normals(4))));
        let mean = g.mean_axis(z, 0);
        let through_mean = g.sum(g.mul(g.mul(mean, mean), g.slice(head)));
        let penalty = g.sum(g.mul(head, head));
        g.add(g.add(loss, g.scale(spread, 0.3)), g.add(through_mean, penalty))
    }
}

/// The first row of a matrix.
trait FirstRow {
    fn slice(&self, x: Var) -> Var;
}

impl FirstRow for Graph<'_, f64> {
    fn slice(&self, x: Var) -> Var {
        let row = self.literal(Shape::new(&[1, 3]), &[1.0, 0.0, 0.0]);
        self.reshape(self.matmul(row, x), &[4])
    }
}

pub fn flat(params: &Params<f64>, gradients: &Gradients<f64>) -> Vec<f64> {
    let of = |id| gradients.get(id).map_or(vec![0.0; params.range(id).len()], <[f64]>::to_vec);
    params.ids().flat_map(of).collect()
}

#[track_caller]
pub fn assert_close(found: &[f64], expected: &[f64]) {
    let largest = expected.iter().fold(0.0f64, |largest, v| largest.max(v.abs()));
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= 1e-12 * largest.max(1.0), "{i}: {found}, {expected}");
    }
}

fn groups_of(n: usize, seed: u64) -> Vec<u8> {
    let mut stream = Stream::new(seed, "groups", 0);
    (0..n).map(|_| stream.below(GROUPS as u64) as u8).collect()
}

proptest! {
    #[test]
    fn groups_and_what_belongs_to_none_add_up_to_the_whole(n in 2usize..12, seed: u64) {
        let mut params = Params::new();
        let model = Model::new(&mut params);
        let (mut tape, mut whole) = (Tape::new(), Gradients::new(&params));
        let mut apart = GroupGradients::new(&params, GROUPS);
        let g = tape.graph(&params);
        let loss = model.loss(&g, n, seed, &vec![1.0; n], true);
        g.backward(loss, &mut whole);
        g.backward_by_group(loss, &groups_of(n, seed), &mut apart);
        let mut sum = flat(&params, apart.no_sample());
        for group in 0..GROUPS {
            let part = flat(&params, apart.group(group));
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        assert_close(&sum, &flat(&params, &whole));
    }

    #[test]
    fn a_group_teaches_what_a_loss_of_its_samples_alone_does(n in 2usize..12, seed: u64) {
        let mut params = Params::new();
        let model = Model::new(&mut params);
        let (mut tape, mut alone) = (Tape::new(), Gradients::new(&params));
        let mut apart = GroupGradients::new(&params, GROUPS);
        let groups = groups_of(n, seed);
        let g = tape.graph(&params);
        g.backward_by_group(model.loss(&g, n, seed, &vec![1.0; n], false), &groups, &mut apart);
        for group in 0..GROUPS {
            let weights: Vec<f64> =
                groups.iter().map(|&of| f64::from(usize::from(of) == group)).collect();
            let g = tape.graph(&params);
            g.backward(model.loss(&g, n, seed, &weights, false), &mut alone);
            assert_close(&flat(&params, apart.group(group)), &flat(&params, &alone));
        }
        let nothing = vec![0.0; params.flat().len()];
        assert_eq!(flat(&params, apart.no_sample()), nothing);
    }

    #[test]
    fn the_gradients_of_single_samples_add_up_to_that_of_the_batch(n in 2usize..12, seed: u64) {
        let mut params = Params::new();
        let model = Model::new(&mut params);
        let (mut tape, mut whole) = (Tape::new(), Gradients::new(&params));
        let mut apart = GroupGradients::new(&params, n);
        let g = tape.graph(&params);
        let loss = model.loss(&g, n, seed, &vec![1.0; n], false);
        g.backward(loss, &mut whole);
        g.backward_by_group(loss, &(0..n as u8).collect::<Vec<_>>(), &mut apart);
        let mut sum = vec![0.0; params.flat().len()];
        for sample in 0..n {
            let part = flat(&params, apart.group(sample));
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        assert_close(&sum, &flat(&params, &whole));
    }
}

#[test]
fn in_a_transformer_a_group_teaches_what_a_loss_of_its_stories_alone_does() {
    let (stories, t, d) = (4, 3, 8);
    let mut params = Params::<f64>::new();
    let tokens = Embedding::new(&mut params, "tokens", 5, d, 0);
    let positions = params.add("positions", &[t, d], || 0.1);
    let block = TransformerBlock::new(&mut params, "block", d, 2, 16, 0);
    let norm = LayerNorm::new(&mut params, "norm", d);
    let groups = [1, 0, 1, 2];
    let loss = |g: &Graph<'_, f64>, weights: [f64; 4]| {
        let indices: Vec<u32> = (0..stories * t).map(|i| (i * i % 5) as u32).collect();
        let x = tokens.forward(g, g.indices(Shape::of_samples(&[stories, t]), &indices));
        let x = norm.forward(g, block.forward(g, g.add(x, g.param(positions))));
        let curved = g.reshape(g.tanh(x), &[stories, t * d]);
        g.weighted_sum(g.sum_axis(curved, 1), g.literal(Shape::of_samples(&[stories]), &weights))
    };
    let (mut tape, mut alone) = (Tape::new(), Gradients::new(&params));
    let mut apart = GroupGradients::new(&params, 3);
    let g = tape.graph(&params);
    g.backward_by_group(loss(&g, [1.0; 4]), &groups, &mut apart);
    for group in 0..3 {
        let weights = groups.map(|of| f64::from(usize::from(of) == group));
        let g = tape.graph(&params);
        g.backward(loss(&g, weights), &mut alone);
        assert_close(&flat(&params, apart.group(group)), &flat(&params, &alone));
    }
}

#[test]
fn a_layer_whose_weight_is_made_of_samples_is_one_of_no_smaller_batch() {
    let mut params = Params::<f64>::new();
    let bias = params.add("bias", &[3], || 0.1);
    let (mut tape, mut apart) = (Tape::new(), GroupGradients::new(&params, 2));
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[3, 2]), &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    // How similar each sample is to each other one.
    let y = g.linear(x, x, Some(g.param(bias)));
    g.backward_by_group(g.sum(y), &[0, 1, 0], &mut apart);
    assert_eq!(apart.group(0).get(bias).unwrap(), [2.0, 2.0, 2.0]);
    assert_eq!(apart.group(1).get(bias).unwrap(), [1.0, 1.0, 1.0]);
}
