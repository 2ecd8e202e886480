//! Times whole training steps, as users run them: batch, forward, backward, Adam.

use std::time::Instant;

use anyhow::Context;
use clap::Parser;
use gradroute::autoencoder::Autoencoder;
use gradroute_benches::median::median;
use gradroute_benches::{flops, memory};
use gradroute_kernels::{Isa, peak, tasks};
use gradroute_runs::config::Request;
use gradroute_runs::run::checkpoint::Checkpoint;
use gradroute_runs::run::saved::take_weights;
use gradroute_runs::{Driver, Experiment, Learner, State};
use serde_json::json;

/// Time whole training steps
#[derive(Parser)]
struct Arguments {
    /// Preset to take the model, the batch and the losses from
    #[arg(long, default_value = "seed")]
    preset: String,
    /// Give one key of the configuration a value; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Steps to time
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Steps to train before timing, to see how sparse activations speed things up
    #[arg(long, default_value_t = 2)]
    warm_steps: u32,
    /// Threads; 0 for one a core
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Instruction set, scalar, avx2 or avx512; the best one by default
    #[arg(long)]
    isa: Option<Isa>,
    /// Initial weights
    #[arg(long, value_name = "FILE.safetensors")]
    init: Option<std::path::PathBuf>,
    /// Print one line of JSON, the losses of the first steps included
    #[arg(long)]
    json: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let isa = arguments.isa.unwrap_or_else(Isa::detect);
    anyhow::ensure!(Isa::available().contains(&isa), "this processor has no {isa}");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build()?;
    pool.install(|| isa.run(|| time(&arguments)))
}

fn time(arguments: &Arguments) -> anyhow::Result<()> {
    let request = Request {
        preset: Some(arguments.preset.clone()),
        set: arguments.set.clone(),
        ..Request::default()
    };
    let mut config = <Autoencoder as Experiment>::resolve(&request)?.config;
    let (data, _) =
        <Autoencoder as Experiment>::load(&config, None).map_err(anyhow::Error::from_boxed)?;
    let batch = config.train.batch;
    anyhow::ensure!(batch <= data.train.len(), "the batch of {batch} is larger than the data set");
    // As long as it takes; a schedule that leads to an end is not what is timed.
    (config.train.steps, config.train.epochs) = (None, 1_000_000);
    let mut driver = Driver::<Autoencoder>::new(&config, &data)?;
    if let Some(file) = &arguments.init {
        let show = &mut |state: &mut State<'_>| driver.experiment_mut().state(state);
        take_weights(&Checkpoint::load(file)?, show)?;
    }
    let (mut seconds, mut first, mut split, mut step) = (Vec::new(), Vec::new(), 0, 0);
    while seconds.len() < arguments.steps as usize {
        let (tasks, began) = (tasks::count(), Instant::now());
        let made = driver.step().context("a step failed")?;
        let took = began.elapsed();
        // Full batches only: the short one at an epoch's end would blur the median.
        if step >= arguments.warm_steps && made.samples == Some(batch) {
            seconds.push(took.as_secs_f64());
            split = tasks::count() - tasks;
        }
        if step < 5 {
            let value = |term| made.line.get(term).map(|value| value as f32);
            first.push(json!({
                "total": value("total"), "decoder": value("decoder"), "top": value("top"),
                "bottom": value("bottom"), "l1": value("l1"),
            }));
        }
        step += 1;
    }
    let update = time_update(driver.experiment_mut(), config.optimizer.lr)?;
    let median = median(&mut seconds);
    let gflops = flops::step(&config, data.train.pixels(), config.train.batch) / median / 1e9;
    let peak_gflops = peak::fma_gflops(20);
    let rss = memory::peak_rss_mib();
    let threads = rayon::current_num_threads();
    let isa = Isa::current();
    let per_second = config.train.batch as f64 / median;
    if arguments.json {
        let line = json!({
            "median_s": median,
            "min_s": seconds[0],
            "update_s": update,
            "gflops": gflops,
            "peak_share": gflops / peak_gflops,
            "samples_per_s": per_second,
            "peak_rss_mib": rss,
            "tasks": split,
            "peak_gflops": peak_gflops,
            "threads": threads,
            "isa": isa.to_string(),
            "framework": "gradroute",
            "version": env!("CARGO_PKG_VERSION"),
            "losses": first,
        });
        println!("{line}");
        return Ok(());
    }
    println!("preset {}, batch {}, {threads} threads, {isa}", arguments.preset, config.train.batch);
    println!("seconds a step   median {median:.4}, minimum {:.4} of {}", seconds[0], seconds.len());
    println!("optimizer        {update:.4} of them");
    println!(
        "arithmetic       {gflops:.1} GFLOP/s as if nothing were skipped, {:.0} % of the \
         processor's {peak_gflops:.0}",
        100.0 * gflops / peak_gflops
    );
    println!("samples a second {per_second:.0}");
    println!("peak memory      {} MiB", rss.map_or("unknown".into(), |mib| format!("{mib:.0}")));
    println!("parallel tasks   {split} a step");
    Ok(())
}

/// The median time of the optimizer's part, on gradients of ones.
fn time_update(experiment: &mut Autoencoder, lr: f64) -> anyhow::Result<f64> {
    let mut seconds = Vec::new();
    for _ in 0..5 {
        let learner = experiment.learner_mut();
        backward_of_ones(learner);
        let began = Instant::now();
        learner.update(lr)?;
        seconds.push(began.elapsed().as_secs_f64());
    }
    Ok(median(&mut seconds))
}

/// Fills the gradients, as an optimizer makes one step with one pass; and looks whether they can be used,
/// which a step does before its update.
fn backward_of_ones(learner: &mut Learner) {
    let Learner { params, gradients, tape, .. } = learner;
    let g = tape.graph(params);
    let sums = params.ids().map(|id| g.sum(g.param(id)));
    let sum = sums.reduce(|a, b| g.add(a, b)).expect("the model has parameters");
    g.backward(sum, gradients);
    assert!(gradients.are_usable());
}
