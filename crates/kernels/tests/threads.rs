//! The same bits at every thread count and on every instruction set, on sizes that really split.
//!
//! A test binary of its own with one test, because it counts the tasks of the whole process.

#[path = "kernels/inputs.rs"]
#[expect(dead_code, reason = "this binary needs a part of it")]
mod inputs;

use gradroute_kernels::adam::{self, AdamStep};
use gradroute_kernels::linear::{self, Affine, LinearShape};
use gradroute_kernels::random::Stream;
use gradroute_kernels::{Isa, Real, Write, elementwise, reduce, softmax, tasks};
use inputs::{assert_same_bits, values};

const SHAPE: LinearShape = LinearShape { n: 301, i: 330, o: 410 };

struct Inputs {
    x: Vec<f32>,
    w: Vec<f32>,
    bias: Vec<f32>,
    dy: Vec<f32>,
    labels: Vec<f32>,
}

impl Inputs {
    fn new(density: f64) -> Self {
        let LinearShape { n, i, o } = SHAPE;
        let stream = &mut Stream::new(0, "threads", 0);
        Inputs {
            x: values(stream, n * i, density),
            w: values(stream, o * i, 1.0),
            bias: values(stream, o, 1.0),
            dy: values(stream, n * o, density),
            labels: (0..n).map(|_| stream.below(o as u64) as f32).collect(),
        }
    }

    /// The results of all kernels, by name, each of which must have started tasks.
    fn results(&self) -> Vec<(&'static str, Vec<f32>)> {
        let Inputs { x, w, bias, dy, labels } = self;
        let LinearShape { n, i, o } = SHAPE;
        let affine = Affine { factor: 2.0, shift: -1.0 };
        let mut results = Vec::new();
        let mut add = |name, len, kernel: &dyn Fn(&mut [f32])| {
            let before = tasks::count();
            let mut out = vec![0.25; len];
            kernel(&mut out);
            assert!(tasks::count() > before + 1, "{name} did not split");
            results.push((name, out));
        };
        add("forward", n * o, &|y| linear::forward(y, x, w, Some(bias), SHAPE, affine, true));
        add("backward_input", n * i, &|dx| {
            linear::backward_input(Write::Add, dx, dy, w, SHAPE, affine, Some(x));
        });
        add("backward_weight", o * i, &|dw| {
            linear::backward_weight(Write::Add, dw, dy, x, SHAPE, affine);
        });
        add("backward_bias", o, &|db| linear::backward_bias(Write::Store, db, dy, SHAPE));
        add("map2", n * o, &|out| {
            elementwise::map2(Write::Store, out, dy, dy, |a, b| Real::tanh(a) * b);
        });
        add("sum1", 1, &|out| out[0] = reduce::sum1(dy, |a| a));
        add("row_sums2", n, &|out| reduce::row_sums2(Write::Store, out, o, dy, dy, |a, b| a * b));
        add("cross_entropy", n, &|out| softmax::cross_entropy(out, dy, labels, n, o));
        add("adam", o * i, &|out| {
            let (mut m, mut v) = (w.clone(), w.iter().map(|w| w * w).collect::<Vec<_>>());
            let adam = AdamStep {
                lr: 1e-3,
                beta1: 0.9,
                beta2: 0.999,
                eps: 1e-8,
                weight_decay: 1e-4,
                decoupled: false,
                bias1: 0.1,
                bias2: 0.001,
            };
            adam::step(out, w, &mut m, &mut v, &adam);
        });
        results
    }
}

#[test]
fn results_have_the_same_bits_at_every_thread_count_and_isa() {
    for density in [1.0, 0.3] {
        let inputs = Inputs::new(density);
        let expected = Isa::Scalar.run(|| inputs.results());
        for threads in [1, 2, 3, 4, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            for &isa in Isa::available() {
                let found = pool.install(|| isa.run(|| inputs.results()));
                for ((name, found), (_, expected)) in found.iter().zip(&expected) {
                    let what = format!("{name}, density {density}, {threads} threads, {isa}");
                    assert_same_bits(found, expected, &what);
                }
            }
        }
    }
}
