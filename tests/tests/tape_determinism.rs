//! A training step gives the same bits at every thread count and on every instruction set.

#[path = "tape/autoencoder.rs"]
mod autoencoder;

use autoencoder::{Autoencoder, batch};
use gradroute_kernels::{Isa, tasks};
use gradroute_tape::optim::{Adam, AdamOptions};
use gradroute_tape::{Gradients, Params, Tape};
use ndarray::ArrayView2;

const PIXELS: usize = 200;
const ENCODING: usize = 8;

/// The bits of all parameters after three steps, and whether work was split over tasks.
fn train(threads: usize, isa: Isa) -> (Vec<u32>, bool) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    pool.install(|| isa.run(three_steps))
}

fn three_steps() -> (Vec<u32>, bool) {
    let mut params = Params::<f32>::new();
    let model = Autoencoder::new(&mut params, PIXELS, &[300, 90], ENCODING, 11);
    let mut adam = Adam::new(&params, AdamOptions { weight_decay: 5e-5, ..Default::default() });
    let mut gradients = Gradients::new(&params);
    let mut tape = Tape::new();
    let before = tasks::count();
    for (step, n) in [257, 257, 130].into_iter().enumerate() {
        let (mut images, mask) = batch::<f32>(n, PIXELS, ENCODING, step as u64);
        // Zeros to skip, as in the background of an image.
        images.iter_mut().filter(|v| **v < 0.5).for_each(|v| *v = 0.0);
        let g = tape.graph(&params);
        let images = ArrayView2::from_shape((n, PIXELS), &images).expect("length fits");
        let mask = ArrayView2::from_shape((n, ENCODING), &mask).expect("length fits");
        let loss = model.loss(&g, g.samples(images), g.samples(mask), 0.001);
        g.backward(loss, &mut gradients);
        adam.step(&mut params, &gradients).expect("all parameters received a gradient");
    }
    let split = tasks::count() > before;
    (params.flat().iter().map(|v| v.to_bits()).collect(), split)
}

#[test]
fn every_thread_count_and_instruction_set_trains_to_the_same_bits() {
    let (expected, split) = train(1, Isa::Scalar);
    assert!(split, "the shapes are large enough to be split");
    for &isa in Isa::available() {
        for threads in [1, 2, 3, 4, 8] {
            let (bits, _) = train(threads, isa);
            let differing = bits.iter().zip(&expected).filter(|(a, b)| a != b).count();
            assert_eq!(differing, 0, "parameters that differ with {threads} threads on {isa}");
        }
    }
}
