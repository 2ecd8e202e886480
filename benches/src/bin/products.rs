//! Times the large matrix products of the seed's step: our dense and zero-skipping ones, and
//! matrixmultiply, in turn.

use std::time::Instant;

use clap::Parser;
use gradroute_benches::median::median;
use gradroute_benches::products::{Kind, Product, SEED_LAYERS, is_large};
use gradroute_kernels::linear::LinearShape;
use gradroute_kernels::{Isa, peak};
use serde_json::{Value, json};

/// Time the large matrix products of the seed's step
#[derive(Parser)]
struct Arguments {
    /// Timed runs of each, one after the other in turn
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Samples in the batch
    #[arg(long, default_value_t = 2048, value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    /// Threads; 0 for one a core
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Instruction set of our kernels, scalar, avx2 or avx512; the best one by default.
    /// matrixmultiply always takes the best one that it knows
    #[arg(long)]
    isa: Option<Isa>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let isa = arguments.isa.unwrap_or_else(Isa::detect);
    anyhow::ensure!(Isa::available().contains(&isa), "this processor has no {isa}");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build()?;
    pool.install(|| isa.run(|| run(&arguments)));
    Ok(())
}

fn run(arguments: &Arguments) {
    let (threads, isa) = (rayon::current_num_threads(), Isa::current());
    let peak_gflops = peak::fma_gflops(20);
    if !arguments.json {
        println!("{threads} threads, {isa}, batch {}, peak {peak_gflops:.0}", arguments.batch);
        println!("GFLOP/s as if nothing were skipped; x: speed relative to ours on dense operands");
        println!(
            "{:<20}{:>8}{:>7}{:>16}{:>7}{:>10}{:>7}{:>10}{:>7}",
            "product", "dense", "peak", "matrixmultiply", "x", "half 0", "x", "0.8 0", "x"
        );
    }
    let mut lines = Vec::new();
    for layer in SEED_LAYERS.into_iter().filter(|&layer| is_large(layer)) {
        for kind in Kind::ALL {
            let speeds = Speeds::measure(kind, layer, arguments);
            if arguments.json {
                lines.push(speeds.json());
            } else {
                speeds.print(peak_gflops);
            }
        }
    }
    if arguments.json {
        let line = json!({
            "framework": "gradroute",
            "version": env!("CARGO_PKG_VERSION"),
            "threads": threads,
            "isa": isa.to_string(),
            "batch": arguments.batch,
            "runs": arguments.runs,
            "peak_gflops": peak_gflops,
            "products": lines,
        });
        println!("{line}");
    }
}

/// Medians for one product, in GFLOP/s as if nothing were skipped.
struct Speeds {
    name: String,
    dense: f64,
    half: f64,
    fifth: f64,
    matrixmultiply: f64,
    blocks: usize,
}

impl Speeds {
    fn measure(kind: Kind, (i, o): (usize, usize), arguments: &Arguments) -> Self {
        let shape = LinearShape { n: arguments.batch as usize, i, o };
        let [mut dense, mut half, mut fifth] =
            [1.0, 0.5, 0.2].map(|density| Product::new(kind, shape, density));
        for product in [&mut dense, &mut half, &mut fifth] {
            product.ours();
        }
        let blocks = best_blocks(&mut dense);
        let mut seconds = [(); 4].map(|()| Vec::new());
        for _ in 0..arguments.runs {
            seconds[0].push(time(|| dense.ours()));
            seconds[1].push(time(|| dense.matrixmultiply(blocks)));
            seconds[2].push(time(|| half.ours()));
            seconds[3].push(time(|| fifth.ours()));
        }
        let flop = dense.flop();
        let [dense, matrixmultiply, half, fifth] =
            seconds.map(|mut seconds| flop / median(&mut seconds) / 1e9);
        Self { name: format!("{kind} {i}->{o}"), dense, half, fifth, matrixmultiply, blocks }
    }

    fn json(&self) -> Value {
        json!({
            "product": self.name,
            "dense_gflops": self.dense,
            "density_0.5_gflops": self.half,
            "density_0.2_gflops": self.fifth,
            "matrixmultiply_gflops": self.matrixmultiply,
            "matrixmultiply_blocks": self.blocks,
        })
    }

    fn print(&self, peak_gflops: f64) {
        let Self { name, dense, half, fifth, matrixmultiply, .. } = self;
        let share = format!("{:.0} %", 100.0 * dense / peak_gflops);
        println!(
            "{name:<20}{dense:>8.1}{share:>7}{matrixmultiply:>16.1}{:>7.2}{half:>10.1}{:>7.2}\
             {fifth:>10.1}{:>7.2}",
            matrixmultiply / dense,
            half / dense,
            fifth / dense,
        );
    }
}

/// How many blocks of rows suit matrixmultiply: few pack the other operand less often, many keep
/// all threads busy to the end. It gets the number that is best for it.
fn best_blocks(product: &mut Product) -> usize {
    let threads = rayon::current_num_threads();
    product.matrixmultiply(threads);
    let mut best = (f64::INFINITY, threads);
    for _ in 0..2 {
        for blocks in [threads, 2 * threads, 4 * threads] {
            let seconds = time(|| product.matrixmultiply(blocks));
            if seconds < best.0 {
                best = (seconds, blocks);
            }
        }
    }
    best.1
}

fn time(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64()
}
