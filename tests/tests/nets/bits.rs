//! Twenty steps have the same bits at every thread count and on every instruction set.

use gradroute_kernels::{Isa, tasks};
use gradroute_tests::nets::{ConvNet, Net, Transformer};

use crate::train;

fn same_bits<N: Net<f32>>() {
    let mut expected: Option<Vec<u32>> = None;
    for threads in [1, 2, 3, 4, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for &isa in Isa::available() {
            let before = tasks::count();
            let (_, params) = pool.install(|| isa.run(train::<f32, N>));
            assert!(tasks::count() > before, "work is shared by threads");
            let bits: Vec<u32> = params.flat().iter().map(|v| v.to_bits()).collect();
            let expected = expected.get_or_insert_with(|| bits.clone());
            let differing = bits.iter().zip(&*expected).filter(|(a, b)| a != b).count();
            assert_eq!(differing, 0, "with {threads} threads on {isa}");
        }
    }
}

#[test]
fn a_transformer_has_the_same_bits_at_every_thread_count_and_on_every_instruction_set() {
    same_bits::<Transformer<f32>>();
}

#[test]
fn a_convolutional_net_has_the_same_bits_at_every_thread_count_and_on_every_instruction_set() {
    same_bits::<ConvNet<f32>>();
}
