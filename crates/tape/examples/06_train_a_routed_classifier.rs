//! A whole training on MNIST, in seconds: a classifier in which the digits 0-4 teach one half of
//! the hidden units and 5-9 the other. Then one half is switched off.

use gradroute_images::{Batches, each_batch, mnist};
use gradroute_tape::layers::Mlp;
use gradroute_tape::ops::Input;
use gradroute_tape::optim::{Adam, AdamOptions};
use gradroute_tape::{Gradients, Graph, Params, Tape, Var};

const UNITS: usize = 128;
const STEPS: u64 = 1500;

/// The half of the hidden units that a digit teaches, 0 or 1.
fn half_of(digit: u8) -> usize {
    usize::from(digit >= 5)
}

fn model(params: &mut Params<f32>) -> Mlp {
    Mlp::new(params, "mlp", &[784, UNITS, 10], true, 0)
}

/// Logits `[n, 10]`, and the hidden units `[n, UNITS]` before the route, of which some halves are
/// on.
fn forward(g: &Graph<'_, f32>, mlp: &Mlp, x: Var, digits: &[u8], on: [bool; 2]) -> (Var, Var) {
    let half = |unit: usize| unit / (UNITS / 2);
    let mask = g.label_mask(digits, UNITS, |digit, unit| half_of(digit) == half(unit));
    let switch = g.label_mask(digits, UNITS, |_, unit| on[half(unit)]);
    let mut hidden = x;
    let logits = mlp.forward_between(g, x, Input::Plain, |_, units| {
        hidden = units;
        g.ablate(g.route(units, mask), switch)
    });
    (logits, hidden)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = mnist::load(None, None)?;
    let mut params = Params::new();
    let mlp = model(&mut params);
    let mut adam = Adam::new(&params, AdamOptions::default());
    let (mut gradients, mut tape) = (Gradients::new(&params), Tape::new());
    let mut batches = Batches::new(&data.train, 128, Some(0));
    for step in 1..=STEPS {
        let (pixels, digits) = batches.at(&data.train, step - 1);
        let g = tape.graph(&params);
        let (logits, hidden) = forward(&g, &mlp, g.samples(pixels), digits, [true, true]);
        let labels = g.labels(digits);
        let error = g.mean(g.softmax_cross_entropy(logits, labels));
        // This penalty is not routed: it switches off the units of the other half. Without it they
        // stay on at random, and the output layer comes to rely on them.
        let penalty = g.scale(g.l1_norm(hidden), 0.01 / digits.len() as f64);
        if step % 250 == 0 {
            let right = 100.0 * g.accuracy(logits, labels);
            println!("step {step}: cross-entropy {:.3}, {right:.0} % right", g.scalar(error));
        }
        g.backward(g.add(error, penalty), &mut gradients);
        adam.step(&mut params, &gradients)?;
    }

    let file = std::env::temp_dir().join("routed_classifier.safetensors");
    params.save(&file)?;
    let mut loaded = Params::new();
    let mlp = model(&mut loaded);
    loaded.load(&file)?;
    println!("\nSaved to {} and loaded again. Of the test images:\n", file.display());
    for (what, on) in [
        ("both halves on", [true, true]),
        ("first half off", [false, true]),
        ("second half off", [true, false]),
    ] {
        let (mut right, mut all) = ([0.0; 2], [0.0; 2]);
        each_batch(&data.test, 500, |pixels, digits| {
            let g = tape.graph(&loaded);
            let (logits, _) = forward(&g, &mlp, g.samples(pixels), digits, on);
            for (&digit, said) in digits.iter().zip(g.argmax(logits)) {
                all[half_of(digit)] += 1.0;
                right[half_of(digit)] += f64::from(said == usize::from(digit));
            }
        });
        let share = [0, 1].map(|half| 100.0 * right[half] / all[half]);
        println!("{what:>15}: {:5.1} % of 0-4 are right, {:5.1} % of 5-9", share[0], share[1]);
    }
    Ok(())
}
