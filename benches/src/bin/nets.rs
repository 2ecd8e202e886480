//! Times training steps of the two small nets that are held to PyTorch: a transformer and a
//! convolutional net.

use std::time::Instant;

use clap::{Parser, ValueEnum};
use gradroute_benches::median::median;
use gradroute_kernels::Isa;
use gradroute_tests::nets::{ConvNet, Net, Training, Transformer};
use serde_json::json;

/// Time training steps of a small net
#[derive(Parser)]
struct Arguments {
    /// The net
    #[arg(long, value_enum)]
    net: Which,
    /// Steps to time
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
    /// Steps before them
    #[arg(long, default_value_t = 10)]
    warm_steps: u64,
    /// Threads; 0 for one a core
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Instruction set, scalar, avx2 or avx512; the best one by default
    #[arg(long)]
    isa: Option<Isa>,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Which {
    Transformer,
    ConvNet,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let isa = arguments.isa.unwrap_or_else(Isa::detect);
    anyhow::ensure!(Isa::available().contains(&isa), "this processor has no {isa}");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build()?;
    pool.install(|| {
        isa.run(|| match arguments.net {
            Which::Transformer => time::<Transformer<f32>>(&arguments),
            Which::ConvNet => time::<ConvNet<f32>>(&arguments),
        })
    });
    Ok(())
}

fn time<N: Net<f32>>(arguments: &Arguments) {
    let mut training = Training::<f32, N>::new();
    let mut seconds = Vec::new();
    for step in 0..arguments.warm_steps + arguments.steps {
        let began = Instant::now();
        training.step(step);
        if step >= arguments.warm_steps {
            seconds.push(began.elapsed().as_secs_f64());
        }
    }
    let line = json!({
        "median_s": median(&mut seconds),
        "min_s": seconds[0],
        "threads": rayon::current_num_threads(),
        "isa": Isa::current().to_string(),
    });
    println!("{line}");
}
