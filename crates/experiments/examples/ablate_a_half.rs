//! Switches off one half of a trained autoencoder's encoding, and prints what that costs each digit.
//!
//! `-- WEIGHTS` is a checkpoint of a run of the preset `quick`, such as
//! `runs/first/checkpoints/step-00001410.safetensors`.

use gradroute::autoencoder::{Autoencoder, CLASSES, Half, Network};
use gradroute_runs::Experiment;
use gradroute_runs::config::Request;
use gradroute_runs::images::{MeanByLabel, each_batch, mnist};
use gradroute_tape::{Params, Tape};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let weights = std::env::args()
        .nth(1)
        .ok_or("name a checkpoint: -- RUN/checkpoints/step-….safetensors")?;
    let data = mnist::load(None, None)?;
    let quick = <Autoencoder as Experiment>::resolve(&Request::preset("quick", &[]))?;
    let model = quick.config.model;
    let mut params = Params::<f32>::new();
    let network = Network::new(&mut params, data.test.pixels(), &model, 0);
    params.load(weights)?;

    let mut tape = Tape::new();
    let mut errors = |off: Option<Half>| {
        let mut errors = MeanByLabel::<CLASSES>::default();
        each_batch(&data.test, 500, |pixels, digits| {
            let g = tape.graph(&params);
            let pixels = g.samples(pixels);
            let z = network.encode(&g, pixels);
            let off = off.map_or(0..0, |half| half.dims(model.encoding));
            let on = g.label_mask(digits, model.encoding, |_, dim| !off.contains(&dim));
            let drawn = network.decode(&g, g.ablate(z, on));
            let error = g.absolute_error(drawn, network.images(&g, pixels));
            errors.add(digits, &g.value(error));
        });
        errors.means()
    };
    let whole = errors(None);
    let [bottom, top] = Half::BOTH.map(|half| errors(Some(half)));
    println!("Test MAE of the decoder, and how much larger it is without a half");
    println!("digit   whole   no bottom half      no top half");
    for digit in 0..CLASSES {
        let more = |without: f64| 100.0 * (without / whole[digit] - 1.0);
        let [bottom, top] =
            [bottom[digit], top[digit]].map(|e| format!("{e:.4} ({:+4.0} %)", more(e)));
        println!("{digit:>5}  {:.4}  {bottom}    {top}", whole[digit]);
    }
    Ok(())
}
