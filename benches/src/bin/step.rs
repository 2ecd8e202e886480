//! Times whole training steps, as users run them: batch, forward, backward, Adam.

use std::time::Instant;

use anyhow::Context;
use clap::Parser;
use gradroute::config::{Request, resolve};
use gradroute::data;
use gradroute::objective::Losses;
use gradroute::train::{Batches, take_weights};
use gradroute::trainer::Trainer;
use gradroute_benches::median::median;
use gradroute_benches::{flops, memory};
use gradroute_kernels::{Isa, peak, tasks};
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
    let config = resolve(&request)?.config;
    let data = data::load(&data::locate(None)?, config.data.limit)?;
    let mut trainer = Trainer::<f32>::new(&config, data.train.pixels());
    if let Some(file) = &arguments.init {
        let checkpoint = gradroute::run::checkpoint::Checkpoint::load(file)?;
        take_weights(&mut trainer, &checkpoint)?;
    }
    // Full batches only: the short one at an epoch's end would blur the median.
    let full = data.train.len() / config.train.batch;
    anyhow::ensure!(full > 0, "the batch of {} is larger than the data set", config.train.batch);
    let mut batches = Batches::new(&data.train, &config);
    let (mut seconds, mut updates, mut first) = (Vec::new(), Vec::new(), Vec::new());
    let mut split = 0;
    for step in 0..(arguments.warm_steps + arguments.steps) as usize {
        if step % full == 0 {
            batches.begin((step / full) as u64);
        }
        let (tasks, began) = (tasks::count(), Instant::now());
        let (pixels, labels) = batches.get(step % full);
        let losses = trainer.differentiate(pixels, labels).context("a step failed")?;
        let differentiated = began.elapsed();
        trainer.update(config.optimizer.lr)?;
        if step >= arguments.warm_steps as usize {
            let ended = began.elapsed();
            seconds.push(ended.as_secs_f64());
            updates.push((ended - differentiated).as_secs_f64());
            split = tasks::count() - tasks;
        }
        if step < 5 {
            let Losses { total, decoder, top, bottom, l1, .. } = losses;
            first.push(json!({
                "total": total, "decoder": decoder, "top": top, "bottom": bottom, "l1": l1,
            }));
        }
    }
    let (median, update) = (median(&mut seconds), median(&mut updates));
    let gflops = flops::step(&config.model, data.train.pixels(), config.train.batch) / median / 1e9;
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
