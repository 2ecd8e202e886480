//! After a first call of the same shapes, `f32` kernels allocate nothing.

mod allocator;

use allocator::Counting;
use gradroute_kernels::adam::{self, AdamStep};
use gradroute_kernels::linear::{self, Affine, LinearShape};
use gradroute_kernels::random::Stream;
use gradroute_kernels::{Isa, Write, elementwise, reduce, softmax};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const SHAPE: LinearShape = LinearShape { n: 130, i: 300, o: 170 };

struct Buffers {
    x: Vec<f32>,
    w: Vec<f32>,
    bias: Vec<f32>,
    db: Vec<f32>,
    params: Vec<f32>,
    y: Vec<f32>,
    dx: Vec<f32>,
    dw: Vec<f32>,
    m: Vec<f32>,
    v: Vec<f32>,
    labels: Vec<f32>,
    squares: Vec<f64>,
    losses: Vec<f32>,
}

impl Buffers {
    fn new(density: f64) -> Self {
        let LinearShape { n, i, o } = SHAPE;
        let stream = &mut Stream::new(0, "allocations", 0);
        let mut values = |len| {
            (0..len)
                .map(|_| if stream.uniform() < density { stream.normal() as f32 } else { 0.0 })
                .collect()
        };
        Buffers {
            x: values(n * i),
            w: values(o * i),
            bias: values(o),
            db: values(o),
            params: values(o * i),
            y: values(n * o),
            dx: values(n * i),
            dw: values(o * i),
            m: vec![0.0; o * i],
            v: vec![1.0; o * i],
            labels: vec![3.0; n],
            squares: vec![0.0; n / 2],
            losses: vec![0.0; n],
        }
    }

    fn work(&mut self) {
        let LinearShape { n, i: _, o } = SHAPE;
        let Buffers { x, w, bias, db, params, y, dx, dw, m, v, labels, squares, losses } = self;
        let affine = Affine { factor: 2.0, shift: -1.0 };
        linear::forward(y, x, w, Some(bias), SHAPE, affine, true);
        linear::backward_input(Write::Store, dx, y, w, SHAPE, affine, Some(x));
        linear::backward_weight(Write::Store, dw, y, x, SHAPE, affine);
        linear::weight_squares(squares, y, x, SHAPE, affine);
        linear::backward_bias(Write::Store, db, y, SHAPE);
        linear::bias_squares(squares, y, SHAPE);
        elementwise::map1(Write::Add, dx, x, |x| x * 0.5);
        db[0] += reduce::sum1(x, |x| x);
        reduce::row_sums2(Write::Store, losses, o, y, y, |a, b| a * b);
        softmax::cross_entropy(losses, y, labels, n, o);
        let adam = AdamStep {
            lr: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay: 0.0,
            decoupled: false,
            bias1: 0.1,
            bias2: 0.001,
        };
        adam::step(params, dw, m, v, &adam);
    }
}

#[test]
fn kernels_allocate_nothing_after_the_first_call() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| {
        for &isa in Isa::available() {
            for density in [1.0, 0.3] {
                let mut buffers = Buffers::new(density);
                isa.run(|| buffers.work());
                let before = allocator::count();
                isa.run(|| buffers.work());
                assert_eq!(allocator::count(), before, "on {isa}, density {density}");
            }
        }
    });
}
