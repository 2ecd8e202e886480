//! Values and gradients have the same bits at every thread count and on every instruction set.

use gradroute_kernels::{Isa, tasks};
use gradroute_tape::{Gradients, Shape, Tape};

use crate::case::{Case, Constants, Sizes};
use crate::registry::cases;

/// The bits of the value and of all gradients.
fn bits(case: &Case) -> Vec<u32> {
    let sizes = (case.sizes)(Sizes::LARGE);
    let (params, ids) = case.params::<f32>(sizes, 1);
    let mut tape = Tape::new();
    let mut gradients = Gradients::new(&params);
    let g = tape.graph(&params);
    let x: Vec<_> = ids.iter().map(|&id| g.param(id)).collect();
    let out = (case.single)(&g, &x, sizes, Constants { seed: 1 });
    let count = g.shape(out).len();
    let weights: Vec<f32> = (0..count).map(|i| ((i * 7919) % 13) as f32 / 4.0 - 1.0).collect();
    let (flat, weights) = (g.reshape(out, &[count]), g.literal(Shape::new(&[count]), &weights));
    g.backward(g.weighted_sum(flat, weights), &mut gradients);
    let received = ids.iter().filter_map(|&id| gradients.get(id)).flatten();
    g.value(out).iter().chain(received).map(|v| v.to_bits()).collect()
}

#[test]
fn every_op_has_the_same_bits_at_every_thread_count_and_on_every_instruction_set() {
    let mut split = 0;
    for case in cases() {
        let mut expected: Option<Vec<u32>> = None;
        for threads in [1, 2, 3, 4, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            for &isa in Isa::available() {
                let before = tasks::count();
                let found = pool.install(|| isa.run(|| bits(&case)));
                split += u64::from(tasks::count() > before);
                let expected = expected.get_or_insert_with(|| found.clone());
                let differing = found.iter().zip(&*expected).filter(|(a, b)| a != b).count();
                assert_eq!(differing, 0, "{} with {threads} threads on {isa}", case.name);
            }
        }
    }
    assert!(split > 200, "only {split} of the runs were shared by threads");
}
