//! Twenty steps, and what each sample teaches, have the same bits at every thread count and on every
//! instruction set.

use gradroute_kernels::{Isa, tasks};
use gradroute_tape::{Gradients, GroupGradients, SampleNorms, Tape};
use gradroute_tests::nets::{ConvNet, Net, Transformer, begin};

use crate::train;

/// Calls `work` with every thread count and instruction set; its bits must always be the same.
fn same_bits(work: impl Fn() -> Vec<u64> + Sync) {
    let mut expected: Option<Vec<u64>> = None;
    for threads in [1, 2, 3, 4, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for &isa in Isa::available() {
            let before = tasks::count();
            let bits = pool.install(|| isa.run(&work));
            assert!(tasks::count() > before, "work is shared by threads");
            let expected = expected.get_or_insert_with(|| bits.clone());
            let differing = bits.iter().zip(&*expected).filter(|(a, b)| a != b).count();
            assert_eq!(differing, 0, "with {threads} threads on {isa}");
        }
    }
}

/// The parameters after twenty steps.
fn trained<N: Net<f32>>() -> Vec<u64> {
    let (_, params) = train::<f32, N>();
    params.flat().iter().map(|v| v.to_bits().into()).collect()
}

/// The gradients of two groups of samples, with update weights, and the norms of all samples.
fn taught<N: Net<f32>>() -> Vec<u64> {
    let (params, mut net) = begin::<f32, N>();
    net.draw(0);
    net.weight_updates();
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let (mut apart, mut norms) =
        (GroupGradients::new(&params, 2), SampleNorms::new(&params, params.ids()));
    let g = tape.graph(&params);
    let loss = net.loss(&g);
    g.backward_with_sample_norms(loss, &mut gradients, &mut norms);
    let norms = norms.of(params.ids());
    let groups: Vec<u8> = (0..norms.len()).map(|sample| u8::from(sample % 3 == 1)).collect();
    g.backward_by_group(loss, &groups, &mut apart);
    let of_groups = [apart.group(0), apart.group(1)].map(|group| group.flat().to_vec());
    let numbers = of_groups.concat().into_iter().map(|v| v.to_bits().into());
    numbers.chain(norms.into_iter().map(f64::to_bits)).collect()
}

#[test]
fn a_transformer_has_the_same_bits_at_every_thread_count_and_on_every_instruction_set() {
    same_bits(trained::<Transformer<f32>>);
}

#[test]
fn a_convolutional_net_has_the_same_bits_at_every_thread_count_and_on_every_instruction_set() {
    same_bits(trained::<ConvNet<f32>>);
}

#[test]
fn what_stories_teach_has_the_same_bits_everywhere() {
    same_bits(taught::<Transformer<f32>>);
}

#[test]
fn what_images_teach_has_the_same_bits_everywhere() {
    same_bits(taught::<ConvNet<f32>>);
}
