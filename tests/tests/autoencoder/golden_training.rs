//! Twenty training steps of the seed's model in small, against PyTorch's: the same initial
//! weights, the same batches, the same losses, routing and optimizer. `golden/README.md` says how
//! the files were made and how far a correct implementation may be from them.

use gradroute::autoencoder::Autoencoder;
use gradroute::autoencoder::config::Config;
use gradroute_runs::images::Data;
use gradroute_runs::{Driver, StepLine};
use gradroute_tape::{Params, Real};
use safetensors::SafeTensors;
use serde_json::Value;

use super::golden::{begin, data, golden, json, numbers, specification};

/// Makes all steps and returns what each told, and the experiment. `look` sees it after each.
fn train<T: Real>(
    config: &Config,
    data: &Data,
    mut look: impl FnMut(&Autoencoder<T>),
) -> (Vec<StepLine>, Params<T>) {
    let mut config = config.clone();
    // The golden run takes the images in file order over and over.
    config.train.epochs = config.train.steps.unwrap();
    let mut driver = Driver::<Autoencoder<T>, T>::new(&config, data).unwrap();
    begin(&mut driver.experiment_mut().learner_mut().params);
    let mut lines = Vec::new();
    while !driver.is_done() {
        lines.push(driver.step().unwrap().line);
        look(driver.experiment());
    }
    (lines, driver.experiment().learner().params.clone())
}

/// The largest relative deviation of any loss term at any step.
fn worst_loss(lines: &[StepLine], golden: &Value) -> f64 {
    let mut worst = 0.0f64;
    for (step, line) in lines.iter().enumerate() {
        for term in ["total", "decoder", "top", "bottom", "l1"] {
            let value = line.get(term).unwrap();
            let wanted = golden[term][step].as_f64().unwrap();
            let deviation = (value - wanted).abs() / wanted.abs();
            assert!(deviation.is_finite(), "step {step}, {term}: {value}, PyTorch {wanted}");
            worst = worst.max(deviation);
        }
    }
    worst
}

/// The largest absolute and the largest relative deviation (against each tensor's largest
/// element) of any weight.
fn worst_weights<T: Real>(params: &Params<T>, file: &str) -> (f64, f64) {
    let bytes = std::fs::read(golden(file)).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let (mut absolute, mut relative) = (0.0f64, 0.0f64);
    for id in params.ids() {
        let wanted = numbers(&tensors, params.name(id));
        let largest = wanted.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        for (found, wanted) in params.get(id).iter().zip(&wanted) {
            let deviation = (found.to_f64() - wanted).abs();
            absolute = absolute.max(deviation);
            relative = relative.max(deviation / largest);
        }
    }
    (absolute, relative)
}

#[test]
fn twenty_steps_in_f64_agree_with_pytorch_to_1e_9() {
    let (config, _) = specification();
    let data = data(&config);
    let (losses, params) = train::<f64>(&config, &data, |_| {});
    let loss = worst_loss(&losses, &json("losses.json")["f64"]);
    let (_, weights) = worst_weights(&params, "final_f64.safetensors");
    println!("f64: losses differ by {loss:e}, weights by {weights:e}, relative");
    assert!(loss <= 1e-9, "losses differ by {loss:e}");
    assert!(weights <= 1e-9, "weights differ by {weights:e}");
}

#[test]
fn twenty_steps_in_f32_agree_with_pytorch_to_1e_5_in_losses_and_5e_6_in_weights() {
    let (config, _) = specification();
    let data = data(&config);
    let (losses, params) = train::<f32>(&config, &data, |_| {});
    let loss = worst_loss(&losses, &json("losses.json")["f32"]);
    let (weights, _) = worst_weights(&params, "final_f32.safetensors");
    println!("f32: losses differ by {loss:e} relative, weights by {weights:e} absolute");
    assert!(loss <= 1e-5, "losses differ by {loss:e}");
    assert!(weights <= 5e-6, "weights differ by {weights:e}");
}

#[test]
fn the_gradients_of_the_first_step_agree_with_pytorch_to_1e_9_in_f64() {
    let (config, _) = specification();
    let data = data(&config);
    let bytes = std::fs::read(golden("gradients0_f64.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut one = config;
    one.train.steps = Some(1);
    train::<f64>(&one, &data, |experiment| {
        let (params, gradients) = (&experiment.learner().params, &experiment.learner().gradients);
        for id in params.ids() {
            let name = params.name(id);
            let wanted = numbers(&tensors, name);
            let found = gradients.get(id).expect("every parameter gets a gradient");
            let largest = wanted.iter().fold(0.0f64, |m, v| m.max(v.abs()));
            for (i, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
                assert!(
                    (found - wanted).abs() <= 1e-9 * largest,
                    "gradient of `{name}` at {i}: {found:e}, PyTorch {wanted:e}"
                );
            }
        }
    });
}
