//! Speed of the `f32` products on the layers of the seed model, dense and with zeros to skip.
//!
//! `cargo run --release -p gradroute-kernels --example products -- [--threads N] [--isa X]
//! [--batch N] [--repeats N] [--quick]`
//!
//! Each figure is the best of the repeats, in GFLOP/s counted as if nothing were skipped. The
//! column `peer` is matrixmultiply on the dense operands, split over rows.

use std::time::Instant;

use gradroute_kernels::linear::{self, Affine, LinearShape};
use gradroute_kernels::random::Stream;
use gradroute_kernels::{Isa, Write};
use rayon::prelude::*;

const SEED_LAYERS: [(usize, usize); 7] =
    [(784, 2048), (2048, 512), (512, 32), (32, 512), (512, 2048), (2048, 784), (16, 512)];
const QUICK_LAYERS: [(usize, usize); 6] =
    [(784, 512), (512, 256), (256, 32), (32, 256), (256, 512), (512, 784)];
const DENSITIES: [f64; 4] = [1.0, 0.5, 0.35, 0.2];

struct Options {
    threads: usize,
    isa: Isa,
    batch: usize,
    repeats: usize,
    quick: bool,
}

fn main() {
    let options = options();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build().unwrap();
    println!("{} threads, {}, batch {}", options.threads, options.isa, options.batch);
    print!("{:<24}", "product, shape");
    for density in DENSITIES {
        print!("{density:>8}");
    }
    println!("{:>8}", "peer");
    pool.install(|| options.isa.run(|| run(&options)));
}

fn options() -> Options {
    let mut options =
        Options { threads: 2, isa: Isa::detect(), batch: 2048, repeats: 7, quick: false };
    let mut args = std::env::args().skip(1);
    while let Some(name) = args.next() {
        let mut value = || args.next().unwrap_or_else(|| panic!("{name} needs a value"));
        match name.as_str() {
            "--threads" => options.threads = value().parse().unwrap(),
            "--isa" => options.isa = value().parse().unwrap(),
            "--batch" => options.batch = value().parse().unwrap(),
            "--repeats" => options.repeats = value().parse().unwrap(),
            "--quick" => options.quick = true,
            _ => panic!("unknown option {name}"),
        }
    }
    options
}

fn values(len: usize, density: f64) -> Vec<f32> {
    let mut stream = Stream::new(0, "values", len as u64);
    (0..len)
        .map(|_| {
            let kept = stream.uniform() < density;
            let value = stream.uniform() as f32 - 0.5;
            if kept { value } else { 0.0 }
        })
        .collect()
}

fn run(options: &Options) {
    let layers: &[(usize, usize)] = if options.quick { &QUICK_LAYERS } else { &SEED_LAYERS };
    let n = options.batch;
    for &(i, o) in layers {
        let shape = LinearShape { n, i, o };
        let work = 2.0 * (n * i * o) as f64;
        let w = values(o * i, 1.0);
        let (mut y, mut dx, mut dw) = (vec![0.0; n * o], vec![0.0; n * i], vec![0.0; o * i]);
        let mut lines = [(); 3].map(|()| Vec::new());
        for density in DENSITIES {
            let (x, dy) = (values(n * i, density), values(n * o, density));
            let dense_dy = values(n * o, 1.0);
            lines[0].push(best(options, || {
                linear::forward(&mut y, &x, &w, None, shape, Affine::IDENTITY, true);
            }));
            lines[1].push(best(options, || {
                let identity = Affine::IDENTITY;
                linear::backward_input(Write::Store, &mut dx, &dy, &w, shape, identity, None);
            }));
            lines[2].push(best(options, || {
                let identity = Affine::IDENTITY;
                linear::backward_weight(Write::Store, &mut dw, &dense_dy, &x, shape, identity);
            }));
        }
        let (x, dy) = (values(n * i, 1.0), values(n * o, 1.0));
        lines[0].push(best(options, || peer(&mut y, [n, i, o], &x, [i, 1], &w, [1, i])));
        lines[1].push(best(options, || peer(&mut dx, [n, o, i], &dy, [o, 1], &w, [i, 1])));
        lines[2].push(best(options, || peer(&mut dw, [o, n, i], &dy, [1, o], &x, [i, 1])));
        for (name, seconds) in ["forward", "dx", "dw"].into_iter().zip(lines) {
            print!("{:<24}", format!("{name} {n}x{i}x{o}"));
            for seconds in seconds {
                print!("{:>8.1}", work / seconds * 1e-9);
            }
            println!();
        }
    }
}

/// The shortest of the repeats, in seconds.
fn best(options: &Options, mut work: impl FnMut()) -> f64 {
    work();
    (0..options.repeats)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

/// `c = a b` by matrixmultiply, for [m, k, n] and the operands' row and column strides.
fn peer(
    c: &mut [f32],
    [m, k, n]: [usize; 3],
    a: &[f32],
    [a_row, a_col]: [usize; 2],
    b: &[f32],
    [b_row, b_col]: [usize; 2],
) {
    let rows = m.div_ceil(rayon::current_num_threads() * 2);
    c.par_chunks_mut(rows * n).enumerate().for_each(|(index, c)| {
        let a = &a[index * rows * a_row..];
        // SAFETY: `c` is rows of n elements of its own; the operands are read inside their
        // slices, whose lengths are those of the shapes above.
        unsafe {
            matrixmultiply::sgemm(
                c.len() / n,
                k,
                n,
                1.0,
                a.as_ptr(),
                a_row as isize,
                a_col as isize,
                b.as_ptr(),
                b_row as isize,
                b_col as isize,
                0.0,
                c.as_mut_ptr(),
                n as isize,
                1,
            );
        }
    });
}
