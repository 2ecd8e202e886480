//! What looking at the routing costs: update weights on rows, gradients by group, norms by sample.
//!
//! Each line is the median and the range of twelve ratios of a pair, measured one right after the other.

use std::time::Instant;

use clap::Parser;
use gradroute::autoencoder::objective::Objective;
use gradroute::autoencoder::{Autoencoder, Network};
use gradroute_benches::median::median;
use gradroute_kernels::random::Stream;
use gradroute_runs::Experiment;
use gradroute_runs::config::Request;
use gradroute_tape::optim::{Adam, AdamOptions};
use gradroute_tape::{Gradients, Graph, GroupGradients, Params, SampleNorms, Shape, Tape, Var};
use ndarray::ArrayView2;

const PAIRS: usize = 12;
/// Repetitions of each side of a pair, of which the median counts.
const REPETITIONS: usize = 3;

/// Time what looking at the routing costs
#[derive(Parser)]
struct Arguments {
    /// Preset to take the model and the batch from
    #[arg(long, default_value = "seed")]
    preset: String,
    /// Threads; 0 for one a core
    #[arg(long, default_value_t = 0)]
    threads: usize,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build()?;
    pool.install(|| {
        println!(
            "{} threads, {PAIRS} pairs; median ratio (smallest to largest)",
            rayon::current_num_threads()
        );
        layer();
        model(&arguments.preset)
    })
}

/// Prints how many times as long `b` takes as `a`, after a run of each.
fn ratio(name: &str, mut a: impl FnMut(), mut b: impl FnMut()) {
    let seconds = |work: &mut dyn FnMut()| {
        let mut seconds: Vec<f64> = (0..REPETITIONS)
            .map(|_| {
                let began = Instant::now();
                work();
                began.elapsed().as_secs_f64()
            })
            .collect();
        median(&mut seconds)
    };
    let mut pairs: Vec<[f64; 2]> =
        (0..=PAIRS).map(|_| [seconds(&mut a), seconds(&mut b)]).collect();
    pairs.remove(0);
    let mut ratios: Vec<f64> = pairs.iter().map(|[a, b]| b / a).collect();
    let side = |i: usize| median(&mut pairs.iter().map(|pair| pair[i]).collect::<Vec<_>>());
    let (a, b, middle) = (side(0), side(1), median(&mut ratios));
    println!(
        "{name:<44} {middle:.3} ({:.3} to {:.3}), {:.2} and {:.2} ms",
        ratios[0],
        ratios[PAIRS - 1],
        1e3 * a,
        1e3 * b
    );
}

/// A layer's backward, with and without weights on its rows.
fn layer() {
    let [n, i, o] = [2048, 1024, 1024];
    let mut stream = Stream::new(0, "layer", 0);
    let mut params = Params::<f32>::new();
    let x = params.add("x", &[n, i], || stream.normal() as f32);
    let w = params.add("w", &[o, i], || stream.normal() as f32 / 32.0);
    let b = params.add("b", &[o], || 0.0);
    // None is 0: zeros would be skipped, and save more than the weights cost.
    let mask: Vec<f32> = (0..n * o).map(|at| 0.5 + ((at / o + at % o) % 3) as f32).collect();
    let mut tapes = [(); 3].map(|()| (Tape::new(), Gradients::new(&params)));
    let losses = [0usize, 1, 2];
    let mut passes = tapes.iter_mut().zip(losses).map(|((tape, gradients), weights)| {
        let g = tape.graph(&params);
        let layer = || g.linear(g.as_samples(g.param(x)), g.param(w), Some(g.param(b)));
        let y = match weights {
            0 => layer(),
            1 => g.update_weighted(g.literal(Shape::of_samples(&[n, o]), &mask), layer),
            _ => g.update_weighted(g.literal(Shape::of_samples(&[n]), &mask[..n]), layer),
        };
        let loss = g.sum(y);
        move || g.backward(loss, gradients)
    });
    let [mut plain, mut rows, mut samples] = [(); 3].map(|()| passes.next().expect("three"));
    ratio("update weights on rows, to a layer's backward", &mut plain, &mut rows);
    ratio("update weights by sample", &mut plain, &mut samples);
}

/// Passes over a preset's model.
fn model(preset: &str) -> anyhow::Result<()> {
    let config = <Autoencoder as Experiment>::resolve(&Request::preset(preset, &[]))?.config;
    let (data, _) =
        <Autoencoder as Experiment>::load(&config, None).map_err(anyhow::Error::from_boxed)?;
    let mut params = Params::<f32>::new();
    let network = Network::new(&mut params, data.train.pixels(), &config.model, 0);
    let mut batches = config.train.batches(&data.train);
    let (pixels, labels, keys) = batches.with_keys(&data.train, 0);
    let mut objective = Objective::<f32>::new(&config);
    objective.take(labels, keys, 0);
    let objective = &objective;
    let loss = |g: &Graph<'_, f32>, pixels| objective.record(g, &network, pixels).total;

    for groups in [2, 10] {
        let of_samples: Vec<u8> = labels.iter().map(|label| label % groups).collect();
        let mut gradients = Gradients::new(&params);
        let mut apart = GroupGradients::new(&params, groups.into());
        let (mut tape, mut other) = (Tape::new(), Tape::new());
        let [(g, of), (h, by_group)] = [&mut tape, &mut other].map(|tape| {
            let g = tape.graph(&params);
            let of = loss(&g, g.samples(pixels.reborrow()));
            (g, of)
        });
        let name = format!("gradients of {groups} groups, to a backward");
        ratio(
            &name,
            || g.backward(of, &mut gradients),
            || h.backward_by_group(by_group, &of_samples, &mut apart),
        );
    }

    let options = AdamOptions { lr: 1e-5, ..AdamOptions::default() };
    let mut sides = [(); 2].map(|()| (params.clone(), Tape::new(), Gradients::new(&params)));
    let mut adams = [Adam::new(&params, options), Adam::new(&params, options)];
    let mut norms = SampleNorms::new(&params, params.ids());
    let [plain, with_norms] = &mut sides;
    let [adam, other] = &mut adams;
    let build = &loss as Loss<'_>;
    ratio(
        "a step with sample norms, to a step",
        || step(plain, adam, pixels, build, None),
        || step(with_norms, other, pixels, build, Some(&mut norms)),
    );
    Ok(())
}

type Loss<'l> = &'l dyn Fn(&Graph<'_, f32>, Var) -> Var;

fn step(
    (params, tape, gradients): &mut (Params<f32>, Tape<f32>, Gradients<f32>),
    adam: &mut Adam<f32>,
    pixels: ArrayView2<'_, f32>,
    loss: Loss<'_>,
    norms: Option<&mut SampleNorms<f32>>,
) {
    let g = tape.graph(params);
    let loss = loss(&g, g.samples(pixels));
    match norms {
        Some(norms) => g.backward_with_sample_norms(loss, gradients, norms),
        None => g.backward(loss, gradients),
    }
    drop(g);
    adam.step(params, gradients).expect("all gradients are there");
}
