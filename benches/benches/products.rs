//! The linear layers' products, on each shape of layer in the seed's model at its batch, dense and
//! with zeros to skip. The yardstick is matrixmultiply, its result's rows split over the threads.

mod rate;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use gradroute_benches::products::{Kind, Product, SEED_LAYERS, is_large, rectified};
use gradroute_kernels::linear::LinearShape;
use rate::Rate;

const BATCH: usize = 2048;

fn main() {
    rate::run(|criterion| {
        for layer in SEED_LAYERS {
            for kind in Kind::ALL {
                product(criterion, kind, layer);
            }
        }
    });
}

fn product(criterion: &mut Criterion<Rate>, kind: Kind, (i, o): (usize, usize)) {
    let shape = LinearShape { n: BATCH, i, o };
    let mut group = criterion.benchmark_group(format!("{kind} {i}->{o}"));
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(2 * (BATCH * i * o) as u64));
    group.bench_function("matrixmultiply", |bencher| {
        let mut product = Product::new(kind, shape, 1.0);
        bencher.iter(|| product.matrixmultiply(rayon::current_num_threads()));
    });
    let densities: &[f64] = if is_large((i, o)) { &[1.0, 0.5, 0.2] } else { &[1.0] };
    for &density in densities {
        group.bench_function(BenchmarkId::new("density", density), |bencher| {
            let mut product = Product::new(kind, shape, density);
            bencher.iter(|| product.ours());
        });
        if kind == Kind::InputGradient && density < 1.0 {
            group.bench_function(BenchmarkId::new("wanted at density", density), |bencher| {
                let mut product = Product::new(kind, shape, 1.0);
                let active = rectified(BATCH * i, density);
                bencher.iter(|| product.ours_where(&active));
            });
        }
    }
    group.finish();
}
