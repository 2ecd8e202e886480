//! After the first step, training a transformer or a convolutional net allocates nothing, nor does
//! looking at what groups and samples teach.

use crate::allocator::{self, Counting};
use gradroute_tape::{Gradients, GroupGradients, SampleNorms, Tape};
use gradroute_tests::nets::{ConvNet, Net, Training, Transformer, begin};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counted on one thread: which thread takes which task, and so which buffers grow, is chance. And
/// twice on that thread: the buffers of kernels belong to it, and which of them grow when depends on the
/// zeros that the data happen to have.
fn allocates_nothing<N: Net<f32> + Send>() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let steps = || {
        let mut training = Training::<f32, N>::new();
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(|step| {
            let before = allocator::count();
            training.step(step);
            allocator::count() - before
        })
    };
    let counts = pool.install(|| [steps(), steps()][1]);
    assert!(counts[0] > 0, "the first step takes its memory");
    assert_eq!(counts[1..], [0; 11], "allocations in the steps after it");
}

#[test]
fn a_transformers_steps_allocate_nothing_after_the_first() {
    allocates_nothing::<Transformer<f32>>();
}

#[test]
fn a_convolutional_nets_steps_allocate_nothing_after_the_first() {
    allocates_nothing::<ConvNet<f32>>();
}

/// Allocations of passes that look at groups, samples and edges, one after the other.
fn looks<N: Net<f32> + Send>(samples: usize, drawn: u64) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let counts = pool.install(|| {
        let (params, mut net) = begin::<f32, N>();
        net.weight_updates();
        net.draw(0);
        let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
        let mut norms = SampleNorms::new(&params, params.ids());
        let mut apart = GroupGradients::new(&params, 2);
        let groups: Vec<u8> = (0..samples).map(|sample| u8::from(sample % 3 == 1)).collect();
        [(); 4].map(|()| {
            let before = allocator::count();
            let g = tape.graph(&params);
            let loss = net.loss(&g);
            g.keep("loss", loss);
            g.backward_by_group(loss, &groups, &mut apart);
            g.backward_with_sample_norms(loss, &mut gradients, &mut norms);
            g.backward_by_edge(loss, &mut gradients, |_| {});
            gradients.hold_unpermitted();
            allocator::count() - before
        })
    });
    assert!(counts[0] > 0, "the first passes take their memory");
    // The transformer makes a list of its weights at each step.
    assert_eq!(counts[2..], [drawn; 2], "allocations in the passes after the first: {counts:?}");
}

#[test]
fn looking_at_what_stories_teach_allocates_nothing_after_the_first_time() {
    looks::<Transformer<f32>>(8, 1);
}

#[test]
fn looking_at_what_images_teach_allocates_nothing_after_the_first_time() {
    looks::<ConvNet<f32>>(32, 0);
}
