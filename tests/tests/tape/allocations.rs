//! After the first step, a training step allocates nothing: graph, forward, backward, Adam.
//!
//! Counted on one thread, with an allocator that stands in front of the system's. Smaller
//! batches in between use the same memory and give the bits that a fresh tape gives.

use crate::allocator::{self, Counting};
use crate::autoencoder::{Autoencoder, batch};
use gradroute_tape::layers::Mlp;
use gradroute_tape::ops::Input;
use gradroute_tape::optim::{Adam, AdamOptions};
use gradroute_tape::{Gradients, Params, Tape};
use ndarray::ArrayView2;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const PIXELS: usize = 50;
const ENCODING: usize = 8;

/// A model with everything that a step of it needs.
struct Training {
    params: Params<f32>,
    model: Autoencoder,
    tape: Tape<f32>,
    gradients: Gradients<f32>,
    adam: Adam<f32>,
}

impl Training {
    fn new() -> Self {
        let mut params = Params::new();
        let model = Autoencoder::new(&mut params, PIXELS, &[40, 24], ENCODING, 1);
        let gradients = Gradients::new(&params);
        let adam = Adam::new(&params, AdamOptions { weight_decay: 5e-5, ..Default::default() });
        Self { params, model, tape: Tape::new(), gradients, adam }
    }

    fn step(&mut self, n: usize, images: &[f32], mask: &[f32]) -> f32 {
        let Self { params, model, tape, gradients, adam } = self;
        let g = tape.graph(params);
        let images = ArrayView2::from_shape((n, PIXELS), images).expect("length fits");
        let mask = ArrayView2::from_shape((n, ENCODING), mask).expect("length fits");
        let loss = model.loss(&g, g.samples(images), g.samples(mask), 0.001);
        g.backward(loss, gradients);
        let loss = g.scalar(loss);
        adam.step(params, gradients).expect("all parameters received a gradient");
        loss
    }

    fn bits(&self) -> Vec<u32> {
        self.params.flat().iter().map(|v| v.to_bits()).collect()
    }
}

const SIZES: [usize; 6] = [33, 33, 20, 1, 33, 7];

fn on_one_thread<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    pool.install(work)
}

#[test]
fn steps_after_the_first_allocate_nothing_even_with_smaller_batches() {
    on_one_thread(|| {
        let mut training = Training::new();
        let batches: Vec<_> =
            (0u64..).zip(SIZES).map(|(i, n)| batch::<f32>(n, PIXELS, ENCODING, i)).collect();
        let mut counts = Vec::new();
        for (n, (images, mask)) in SIZES.into_iter().zip(&batches) {
            let before = allocator::count();
            training.step(n, images, mask);
            counts.push(allocator::count() - before);
        }
        assert!(counts[0] > 0, "the first step fills the tape: the counter counts");
        assert_eq!(counts[1..], [0; 5], "allocations of the steps after the first");
    });
}

#[test]
fn steps_that_are_routed_by_label_allocate_nothing_after_the_first() {
    on_one_thread(|| {
        let mut params = Params::new();
        let mlp = Mlp::new(&mut params, "mlp", &[PIXELS, ENCODING, ENCODING, 10], true, 1);
        let mut gradients = Gradients::new(&params);
        let mut adam = Adam::new(&params, AdamOptions::default());
        let mut tape = Tape::<f32>::new();
        let counts = SIZES.map(|n| {
            let (images, _) = batch::<f32>(n, PIXELS, ENCODING, 1);
            let labels: Vec<u8> = (0..n).map(|i| (3 * i % 10) as u8).collect();
            let before = allocator::count();
            let g = tape.graph(&params);
            let x = g.samples(ArrayView2::from_shape((n, PIXELS), &images).expect("length fits"));
            let (classes, lower) =
                (g.labels(&labels), |label, dim| label < 5 || dim < ENCODING / 2);
            let mask = g.label_mask(&labels, ENCODING, lower);
            let logits = mlp.forward_between(&g, x, Input::Plain, |_, h| g.route(h, mask));
            g.backward(g.mean(g.softmax_cross_entropy(logits, classes)), &mut gradients);
            assert!((0.0..=1.0).contains(&g.accuracy(logits, classes)));
            adam.step(&mut params, &gradients).expect("all parameters received a gradient");
            allocator::count() - before
        });
        assert!(counts[0] > 0, "the first step fills the tape: the counter counts");
        assert_eq!(counts[1..], [0; 5], "allocations of the steps after the first");
    });
}

#[test]
fn a_used_tape_gives_the_bits_of_a_fresh_one_at_every_batch_size() {
    on_one_thread(|| {
        let [mut used, mut fresh] = std::array::from_fn(|_| Training::new());
        for (i, n) in (0u64..).zip(SIZES) {
            let (images, mask) = batch::<f32>(n, PIXELS, ENCODING, i);
            fresh.tape = Tape::new();
            fresh.gradients = Gradients::new(&fresh.params);
            let losses = [&mut used, &mut fresh].map(|t| t.step(n, &images, &mask).to_bits());
            assert_eq!(losses[0], losses[1], "loss of step {i}");
            assert_eq!(used.bits(), fresh.bits(), "parameters after step {i}");
        }
    });
}
