//! One training step of the seed in candle on the CPU, timed. The flags and
//! the one line of JSON are those of `torch_step.py`; `benches/peers/README.md`
//! says what is timed and how the comparison is kept fair.

mod adam;
mod mnist;
mod model;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{ensure, Result};
use candle_core::{DType, Device};
use clap::{Parser, ValueEnum};
use serde_json::{json, Value};

use adam::Adam;
use mnist::Mnist;
use model::{Seed, Sizes};

/// How many steps' losses the JSON line holds, so that frameworks can be compared.
const REPORTED_LOSSES: usize = 5;

/// Of both presets.
const WEIGHT_DECAY: f64 = 5e-5;

#[derive(Clone, Copy, ValueEnum)]
enum Preset {
    Seed,
    Quick,
}

impl Preset {
    fn name(self) -> &'static str {
        match self {
            Preset::Seed => "seed",
            Preset::Quick => "quick",
        }
    }

    fn sizes(self) -> Sizes {
        match self {
            Preset::Seed => Sizes {
                hidden: [2048, 512],
                encoding: 32,
            },
            Preset::Quick => Sizes {
                hidden: [512, 256],
                encoding: 32,
            },
        }
    }

    fn batch(self) -> usize {
        match self {
            Preset::Seed => 2048,
            Preset::Quick => 256,
        }
    }
}

/// One training step of the seed in candle, timed; prints one line of JSON.
#[derive(Parser)]
struct Flags {
    #[arg(long, value_enum, default_value = "seed")]
    preset: Preset,
    /// Timed steps.
    #[arg(long, default_value_t = 12)]
    steps: usize,
    /// Steps trained before the timed ones.
    #[arg(long, default_value_t = 2)]
    warm_steps: usize,
    /// 0: as many as candle chooses.
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Initial weights, safetensors.
    #[arg(long)]
    init: Option<PathBuf>,
    /// Write the initial weights here, as safetensors.
    #[arg(long)]
    save_init: Option<PathBuf>,
    /// Folder of the gzipped IDX files.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../data/mnist"))]
    data: PathBuf,
}

fn main() -> Result<()> {
    let flags = Flags::parse();
    ensure!(flags.steps > 0, "--steps must be at least 1");
    if flags.threads > 0 {
        // candle and its matrix product read the count from here at their
        // first use; no other thread runs yet.
        std::env::set_var("RAYON_NUM_THREADS", flags.threads.to_string());
    }
    println!("{}", run(&flags)?);
    Ok(())
}

fn run(flags: &Flags) -> Result<Value> {
    let (sizes, batch) = (flags.preset.sizes(), flags.preset.batch());
    let device = Device::Cpu;
    let model = match &flags.init {
        Some(file) => Seed::load(&sizes, file, &device)?,
        None => Seed::random(&sizes, &device)?,
    };
    if let Some(file) = &flags.save_init {
        model.save(file)?;
    }
    let mut adam = Adam::new(model.parameters(), WEIGHT_DECAY)?;
    let data = Mnist::read(&flags.data, &device)?;
    // Only full batches, so that every step costs the same.
    let batches = data.len() / batch;

    let (mut seconds, mut losses) = (Vec::new(), Vec::new());
    for step in 0..flags.warm_steps + flags.steps {
        let before = Instant::now();
        let start = step % batches * batch;
        let x = (data.pixels.narrow(0, start, batch)?.to_dtype(DType::F32)? / 255.)?;
        let x = x.affine(2., -1.)?;
        let terms = model.losses(&x, &data.labels[start..start + batch])?;
        let gradients = terms.total.backward()?;
        adam.step(&gradients)?;
        let values = terms.values()?;
        if step >= flags.warm_steps {
            seconds.push(before.elapsed().as_secs_f64());
        }
        if step < REPORTED_LOSSES {
            losses.push(values);
        }
    }

    let (median, min) = median_and_min(seconds);
    Ok(json!({
        "framework": "candle",
        "version": candle_version(),
        "preset": flags.preset.name(),
        "threads": candle_core::utils::get_num_threads(),
        "steps": flags.steps,
        "warm_steps": flags.warm_steps,
        "median_s": median,
        "min_s": min,
        "gflops": sizes.flops_per_step(batch) / median / 1e9,
        "peak_share": null,
        "samples_per_s": batch as f64 / median,
        "peak_rss_mib": peak_rss_mib(),
        "tasks": null,
        "losses": losses,
    }))
}

/// The version that Cargo.lock pins.
fn candle_version() -> Option<&'static str> {
    let mut lines = include_str!("../Cargo.lock").lines();
    lines.find(|line| *line == "name = \"candle-core\"")?;
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

fn median_and_min(mut seconds: Vec<f64>) -> (f64, f64) {
    seconds.sort_by(f64::total_cmp);
    let half = seconds.len() / 2;
    let median = match seconds.len() % 2 {
        1 => seconds[half],
        _ => (seconds[half - 1] + seconds[half]) / 2.,
    };
    (median, seconds[0])
}

/// The kernel's high-water mark of resident memory; none where there is no /proc.
fn peak_rss_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.)
}
