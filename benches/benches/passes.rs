//! What a step does between its products, at the seed's sizes. These passes wait for memory, so
//! their rate is in bytes read and written once, not in operations.

mod rate;

use criterion::{Criterion, Throughput};
use gradroute_benches::products::rectified;
use gradroute_kernels::adam::{self, AdamStep};
use gradroute_kernels::linear::{self, LinearShape};
use gradroute_kernels::strided::{self, Strided};
use gradroute_kernels::{Real, Write, elementwise, reduce};
use gradroute_runs::images::{Dataset, EpochOrder, PixelTable};
use rate::Rate;

const BATCH: usize = 2048;
const PIXELS: usize = 784;
const IMAGES: usize = 60_000;
/// Of the seed's model.
const PARAMETERS: usize = 10_678_576;
const FLOAT: usize = size_of::<f32>();

fn main() {
    rate::run(|criterion| {
        optimizer(criterion);
        absolute_error(criterion);
        bias_gradients(criterion);
        relu(criterion);
        masks(criterion);
        batches(criterion);
    });
}

fn bytes(count: usize) -> Throughput {
    Throughput::Bytes(count as u64)
}

fn optimizer(criterion: &mut Criterion<Rate>) {
    let mut group = criterion.benchmark_group("adam");
    // Four arrays in, three of them out.
    group.throughput(bytes(7 * PARAMETERS * FLOAT));
    group.bench_function("10.68 M parameters", |bencher| {
        let mut params = rectified(PARAMETERS, 1.0);
        let (grads, mut m, mut v) = (params.clone(), params.clone(), params.clone());
        let step = AdamStep {
            lr: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay: 5e-5,
            decoupled: false,
            bias1: 0.1,
            bias2: 0.001,
        };
        bencher.iter(|| adam::step(&mut params, &grads, &mut m, &mut v, &step));
    });
    group.finish();
}

/// As the tape's op does it: one error a sample, and the gradient of their weighted sum.
fn absolute_error(criterion: &mut Criterion<Rate>) {
    let mut group = criterion.benchmark_group("absolute error 2048x784");
    let prediction = rectified(BATCH * PIXELS, 1.0);
    let target = rectified(BATCH * PIXELS, 0.2);
    group.throughput(bytes(2 * BATCH * PIXELS * FLOAT));
    group.bench_function("forward", |bencher| {
        let mut errors = vec![0.0f32; BATCH];
        bencher.iter(|| {
            let errors = &mut errors[..];
            reduce::row_sums2(Write::Store, errors, PIXELS, &prediction, &target, |p, t| {
                (p - t).abs()
            });
        });
    });
    group.throughput(bytes(3 * BATCH * PIXELS * FLOAT));
    group.bench_function("backward", |bencher| {
        let (mut gradient, weights) = (vec![0.0f32; BATCH * PIXELS], vec![1.0 / 2048.0; BATCH]);
        bencher.iter(|| {
            elementwise::map_rows2(
                Write::Store,
                &mut gradient,
                PIXELS,
                &prediction,
                &target,
                &weights,
                |p, t, weight| weight * (p - t).signum0(),
            );
        });
    });
    group.finish();
}

fn bias_gradients(criterion: &mut Criterion<Rate>) {
    let mut group = criterion.benchmark_group("bias gradient");
    for o in [2048, 784, 512] {
        group.throughput(bytes(BATCH * o * FLOAT));
        group.bench_function(format!("2048x{o}"), |bencher| {
            let (dy, mut db) = (rectified(BATCH * o, 1.0), vec![0.0f32; o]);
            let shape = LinearShape { n: BATCH, i: 1, o };
            bencher.iter(|| linear::backward_bias(Write::Store, &mut db, &dy, shape));
        });
    }
    group.finish();
}

/// On its own; behind a linear layer it is part of the product.
fn relu(criterion: &mut Criterion<Rate>) {
    let mut group = criterion.benchmark_group("relu");
    group.throughput(bytes(2 * BATCH * 2048 * FLOAT));
    group.bench_function("2048x2048", |bencher| {
        let x = rectified(BATCH * 2048, 0.5);
        let mut y = vec![0.0f32; x.len()];
        bencher.iter(|| elementwise::map1(Write::Store, &mut y, &x, |x| (x - 0.25).relu()));
    });
    group.finish();
}

/// A gradient on its way through a route: against a copy, with a mask that is as large, and with one a
/// token, `[n, t, 1]`.
fn masks(criterion: &mut Criterion<Rate>) {
    let mut group = criterion.benchmark_group("mask of 512x64x512");
    let [n, t, d] = [512, 64, 512];
    let dy = rectified(n * t * d, 1.0);
    let mut dx = vec![0.0f32; dy.len()];
    group.throughput(bytes(2 * dy.len() * FLOAT));
    group.bench_function("none", |bencher| {
        bencher.iter(|| elementwise::map1(Write::Store, &mut dx, &dy, |dy| dy));
    });
    let mask: Vec<f32> = (0..n * t).map(|token| [0.5, 1.0, 2.0][token % 3]).collect();
    group.bench_function("a token", |bencher| {
        bencher.iter(|| {
            let by_token = Strided { data: &mask, strides: [0, t, 1, 0] };
            let dy = Strided { data: &dy, strides: [0, t * d, d, 1] };
            strided::map2(Write::Store, &mut dx, [1, n, t, d], dy, by_token, |dy, m| m * dy);
        });
    });
    let mask: Vec<f32> = (0..dy.len()).map(|at| mask[at / d]).collect();
    group.throughput(bytes(3 * dy.len() * FLOAT));
    group.bench_function("an element", |bencher| {
        bencher.iter(|| elementwise::map2(Write::Store, &mut dx, &dy, &mask, |dy, m| m * dy));
    });
    group.finish();
}

fn batches(criterion: &mut Criterion<Rate>) {
    let mut group = criterion.benchmark_group("batches");
    group.bench_function("shuffle of 60000", |bencher| {
        let mut order = EpochOrder::new(IMAGES);
        bencher.iter(|| order.shuffle(0, 0));
    });
    group.throughput(bytes(BATCH * PIXELS * (1 + FLOAT)));
    group.bench_function("gather of 2048x784", |bencher| {
        let images = (0..IMAGES * PIXELS).map(|index| (index % 251) as u8).collect();
        let data = Dataset::new(images, vec![0; IMAGES], (28, 28), 10).expect("sizes fit");
        let mut order = EpochOrder::new(IMAGES);
        order.shuffle(0, 0);
        let (table, mut pixels) = (PixelTable::<f32>::new(), vec![0.0; BATCH * PIXELS]);
        let batch = order.batches(BATCH).next().expect("a batch");
        bencher.iter(|| table.fill(&mut pixels, &data, batch));
    });
    group.finish();
}
