//! What single samples teach, and what update weights leave of it, against PyTorch (`golden/samples.py`).

use gradroute_tape::{Gradients, GroupGradients, ParamId, Params, SampleNorms, Tape};
use gradroute_tests::nets::{ConvNet, Net, Transformer, begin, numbers};
use serde_json::Value;

fn golden() -> Value {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/samples.json");
    serde_json::from_slice(&std::fs::read(file).expect("is committed")).expect("it is JSON")
}

/// Norm of the gradient of a parameter, and its product with numbers of the hash.
fn two_numbers(gradients: &Gradients<f64>, id: ParamId) -> [f64; 2] {
    let gradient = gradients.get(id).unwrap_or(&[]);
    let direction = |i| numbers::signed(5000 + id.index() as u32, i);
    let product = (0u32..).zip(gradient).map(|(i, v)| v * direction(i)).sum();
    [gradient.iter().map(|v| v * v).sum::<f64>().sqrt(), product]
}

/// How far two numbers are from PyTorch's, in norms of the gradient; where that is 0, both must be.
fn distance(found: [f64; 2], told: &Value) -> f64 {
    let told = [0, 1].map(|i| told[i].as_f64().expect("a number"));
    if found == told {
        return 0.0;
    }
    let apart = [0, 1].map(|i| (found[i] - told[i]).abs() / told[0]);
    // `max` would pass over a NaN.
    if apart.iter().all(|v| v.is_finite()) { apart[0].max(apart[1]) } else { f64::INFINITY }
}

fn names(params: &Params<f64>) -> Vec<(ParamId, String)> {
    params.ids().map(|id| (id, params.name(id).to_owned())).collect()
}

fn samples_agree<N: Net<f64>>(net: &str) {
    let told = &golden()[net]["samples"];
    let (params, mut model) = begin::<f64, N>();
    model.draw(0);
    let count = told[params.name(params.ids().next().unwrap())].as_array().unwrap().len();
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let mut norms = SampleNorms::new(&params, params.ids());
    let mut apart = GroupGradients::new(&params, count);
    let g = tape.graph(&params);
    let loss = model.loss(&g);
    g.backward_by_group(loss, &(0..count as u8).collect::<Vec<_>>(), &mut apart);
    g.backward_with_sample_norms(loss, &mut gradients, &mut norms);
    let mut worst = [0.0f64; 2];
    for (id, name) in names(&params) {
        let norms = norms.of([id]);
        assert_eq!(norms.len(), count);
        for (sample, norm) in norms.into_iter().enumerate() {
            let told = &told[&name][sample];
            let [_, product] = two_numbers(apart.group(sample), id);
            worst[0] = worst[0].max(distance(two_numbers(apart.group(sample), id), told));
            worst[1] = worst[1].max(distance([norm, product], told));
            assert!(worst[0].max(worst[1]) <= 1e-9, "{name} by sample {sample}: {worst:?}");
        }
    }
    println!("{net}: {count} samples within {:.1e}, their norms within {:.1e}", worst[0], worst[1]);
}

fn weights_agree<N: Net<f64>>(net: &str) {
    let told = &golden()[net]["weighted"];
    let (params, mut model) = begin::<f64, N>();
    model.draw(0);
    model.weight_updates();
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let g = tape.graph(&params);
    g.backward(model.loss(&g), &mut gradients);
    let mut worst = 0.0f64;
    for (id, name) in names(&params) {
        worst = worst.max(distance(two_numbers(&gradients, id), &told[&name]));
        assert!(worst <= 1e-9, "{name}: {worst:e}");
    }
    println!("{net}: gradients with update weights within {worst:.1e}");
}

#[test]
fn what_each_story_teaches_a_transformer_is_what_pytorch_says() {
    samples_agree::<Transformer<f64>>("transformer");
}

#[test]
fn what_each_image_teaches_a_convolutional_net_is_what_pytorch_says() {
    samples_agree::<ConvNet<f64>>("conv_net");
}

#[test]
fn weights_on_tokens_are_those_of_hooks_in_pytorch() {
    weights_agree::<Transformer<f64>>("transformer");
}

#[test]
fn weights_on_channels_are_those_of_hooks_in_pytorch() {
    weights_agree::<ConvNet<f64>>("conv_net");
}
