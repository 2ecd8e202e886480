//! Twenty steps against PyTorch's, from the same weights and batches. `golden/README.md` says how the
//! files were made.

use gradroute_tape::{Params, Real};
use gradroute_tests::nets::{ConvNet, Net, Transformer};
use safetensors::SafeTensors;
use serde_json::Value;

use crate::train;

fn golden(file: &str) -> Vec<u8> {
    std::fs::read(format!("{}/golden/{file}", env!("CARGO_MANIFEST_DIR"))).expect("is committed")
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn largest_distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Calls `look(name, largest distance, largest entry)` for each parameter beside PyTorch's in f64.
fn against_golden<T: Real>(net: &str, params: &Params<T>, mut look: impl FnMut(&str, f64, f64)) {
    let file = golden("nets_final_f64.safetensors");
    let tensors = SafeTensors::deserialize(&file).unwrap();
    for id in params.ids() {
        let name = params.name(id);
        let tensor = tensors.tensor(&format!("{net}.{name}")).unwrap();
        assert_eq!(tensor.shape(), params.shape(id).dims(), "{name}");
        let bytes = tensor.data().chunks_exact(8);
        let wanted: Vec<f64> = bytes.map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect();
        let found: Vec<f64> = params.get(id).iter().map(|v| v.to_f64()).collect();
        let largest = wanted.iter().fold(0.0f64, |largest, v| largest.max(v.abs()));
        look(name, largest_distance(&found, &wanted), largest);
    }
}

fn agrees<A: Net<f64>, B: Net<f32>>(net: &str) {
    let told: Value = serde_json::from_slice(&golden("nets.json")).unwrap();
    let exact = numbers(&told[net]["f64"]);

    let (losses, params) = train::<f64, A>();
    let distance = largest_distance(&losses, &exact);
    println!("{net} in f64: losses within {distance:.1e}");
    assert!(distance <= 1e-9 * exact[0], "losses in f64 are {distance:e} apart");
    let mut worst = 0.0f64;
    against_golden(net, &params, |name, distance, largest| {
        worst = worst.max(distance / largest);
        assert!(distance <= 1e-9 * largest, "{name} in f64 is {distance:e} from PyTorch's");
    });
    println!("{net} in f64: weights within {worst:.1e} of each tensor's largest");

    // PyTorch's own rounding is the measure of ours.
    let theirs = largest_distance(&numbers(&told[net]["f32"]), &exact);
    let (losses, params) = train::<f32, B>();
    let ours = largest_distance(&losses, &exact);
    println!("{net} in f32: losses {ours:.1e} from the exact ones, PyTorch's {theirs:.1e}");
    assert!(ours <= 3.0 * theirs, "losses in f32 are {ours:e} apart, PyTorch's {theirs:e}");
    let mut worst = 0.0f64;
    against_golden(net, &params, |name, ours, _| {
        let theirs = told[net]["apart"][name].as_f64().unwrap();
        worst = worst.max(ours / theirs);
        assert!(ours <= 3.0 * theirs, "{name} in f32 is {ours:e} apart, PyTorch's {theirs:e}");
    });
    println!("{net} in f32: weights at most {worst:.2} times as far as PyTorch's");
}

#[test]
fn twenty_steps_of_a_transformer_agree_with_pytorch() {
    agrees::<Transformer<f64>, Transformer<f32>>("transformer");
}

#[test]
fn twenty_steps_of_a_convolutional_net_agree_with_pytorch() {
    agrees::<ConvNet<f64>, ConvNet<f32>>("conv_net");
}
