//! What stands between the layers of an `Mlp`.

use gradroute_kernels::random::Stream;
use gradroute_tape::layers::Mlp;
use gradroute_tape::ops::Input;
use gradroute_tape::{Gradients, Graph, Params, Shape, Tape, Var};
use proptest::prelude::*;

const INPUTS: usize = 5;
const WIDTHS: [usize; 4] = [INPUTS, 7, 6, 3];
const AFFINE: Input = Input::Affine { factor: 2.0, shift: -1.0 };

#[derive(Clone)]
struct Model {
    params: Params<f32>,
    mlp: Mlp,
    images: Vec<f32>,
    labels: Vec<u8>,
}

impl Model {
    fn new(n: usize, seed: u64) -> Self {
        let mut params = Params::new();
        let mlp = Mlp::new(&mut params, "mlp", &WIDTHS, true, seed);
        let mut stream = Stream::new(seed, "batch", 0);
        let images = (0..n * INPUTS).map(|_| stream.uniform() as f32).collect();
        let labels = (0..n).map(|_| stream.below(3) as u8).collect();
        Self { params, mlp, images, labels }
    }

    /// The gradient of the loss, the logits, and the graph's nodes without their source lines.
    fn run(
        &self,
        forward: impl FnOnce(&Graph<'_, f32>, Var) -> Var,
    ) -> (Gradients<f32>, Vec<u32>, Vec<String>) {
        let mut gradients = Gradients::new(&self.params);
        let mut tape = Tape::new();
        let g = tape.graph(&self.params);
        let n = self.labels.len();
        let logits = forward(&g, g.literal(Shape::of_samples(&[n, INPUTS]), &self.images));
        let losses = g.softmax_cross_entropy(logits, g.labels(&self.labels));
        g.backward(g.mean(losses), &mut gradients);
        let mut nodes = Vec::new();
        g.for_each_node(|node| {
            let operands: Vec<usize> = node.operands().map(Var::index).collect();
            let (op, label, attributes) = (node.op_name(), node.label(), node.attributes());
            nodes.push(format!("{op}({operands:?}) {label} {attributes} {}", node.shape()));
        });
        let logits = bits(&g.value(logits));
        (gradients, logits, nodes)
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

proptest! {
    #[test]
    fn nothing_between_the_layers_is_forward_to_the_bit_and_node(n in 1usize..9, seed: u64) {
        let model = Model::new(n, seed);
        let mlp = &model.mlp;
        let plain = model.run(|g, x| mlp.forward(g, x));
        let between = model.run(|g, x| mlp.forward_between(g, x, Input::Plain, |_, h| h));
        prop_assert_eq!(bits(plain.0.flat()), bits(between.0.flat()));
        prop_assert_eq!((plain.1, plain.2), (between.1, between.2));
        let plain = model.run(|g, x| mlp.forward_with(g, x, AFFINE));
        let between = model.run(|g, x| mlp.forward_between(g, x, AFFINE, |_, h| h));
        prop_assert_eq!(bits(plain.0.flat()), bits(between.0.flat()));
        prop_assert_eq!((plain.1, plain.2), (between.1, between.2));
    }

    #[test]
    fn each_hidden_layer_is_shown_once_after_its_relu(n in 1usize..9, seed: u64) {
        let model = Model::new(n, seed);
        let mut seen = Vec::new();
        model.run(|g, x| {
            model.mlp.forward_between(g, x, Input::Plain, |layer, hidden| {
                assert!(g.value(hidden).iter().all(|&v| v >= 0.0));
                seen.push((layer, g.shape(hidden)));
                hidden
            })
        });
        let shape = |width| Shape::of_samples(&[n, width]);
        prop_assert_eq!(seen, [(0, shape(WIDTHS[1])), (1, shape(WIDTHS[2]))]);
    }

    #[test]
    fn a_unit_gets_exactly_what_the_samples_that_may_teach_it_give(
        n in 1usize..9,
        seed: u64,
        layer in 0usize..2,
        rule: u32,
    ) {
        let model = Model::new(n, seed);
        let width = WIDTHS[layer + 1];
        let may_teach = |label: u8, unit: usize| (rule >> (3 * unit + usize::from(label))) & 1 == 1;
        let routed = |model: &Model| {
            model.run(|g, x| {
                let mask = g.label_mask(&model.labels, width, may_teach);
                model.mlp.forward_between(g, x, Input::Plain, |i, hidden| {
                    if i == layer { g.route(hidden, mask) } else { hidden }
                })
            })
        };
        let (gradients, logits, _) = routed(&model);
        let (open, plain, _) = model.run(|g, x| model.mlp.forward(g, x));
        prop_assert_eq!(logits, plain, "a route changes no value");
        let target = &model.mlp.layers()[layer];
        let [weight, bias] = [target.weight, target.bias.expect("it has one")]
            .map(|id| (gradients.get(id).unwrap(), open.get(id).unwrap()));
        let inputs = WIDTHS[layer];
        for unit in 0..width {
            let row = |gradient: &[f32]| gradient[unit * inputs..][..inputs].to_vec();
            let teaches: Vec<bool> = model.labels.iter().map(|&l| may_teach(l, unit)).collect();
            if teaches.iter().all(|&teaches| !teaches) {
                prop_assert!(row(weight.0).iter().all(|&v| v == 0.0), "{:?}", row(weight.0));
                prop_assert_eq!(bias.0[unit], 0.0);
            }
            if teaches.iter().all(|&teaches| teaches) {
                prop_assert_eq!(bits(&row(weight.0)), bits(&row(weight.1)));
                prop_assert_eq!(bias.0[unit], bias.1[unit]);
            }
            // What a sample that may not teach the unit says must not matter to it.
            for i in (0..n).filter(|&i| !teaches[i]) {
                let mut other = model.clone();
                other.images[i * INPUTS..][..INPUTS].fill(0.25);
                let (changed, ..) = routed(&other);
                prop_assert_eq!(bits(&row(weight.0)), bits(&row(changed.get(target.weight).unwrap())));
            }
        }
    }

    #[test]
    fn an_ablation_between_the_layers_switches_a_unit_off(n in 1usize..9, seed: u64, unit in 0usize..7) {
        let model = Model::new(n, seed);
        let mut without = model.params.clone();
        for row in without.get_mut(model.mlp.layers()[1].weight).chunks_exact_mut(WIDTHS[1]) {
            row[unit] = 0.0;
        }
        let (_, ablated, _) = model.run(|g, x| {
            let mask = g.label_mask(&model.labels, WIDTHS[1], |_, dim| dim != unit);
            model.mlp.forward_between(g, x, Input::Plain, |layer, hidden| match layer {
                0 => g.ablate(hidden, mask),
                _ => hidden,
            })
        });
        let model = Model { params: without, ..model };
        let (_, expected, _) = model.run(|g, x| model.mlp.forward(g, x));
        prop_assert_eq!(ablated, expected);
    }
}
