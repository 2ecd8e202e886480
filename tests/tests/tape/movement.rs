//! What moved a weight: gradient, momentum and decay add up to the movement.

use gradroute_kernels::random::Stream;
use gradroute_tape::optim::{Adam, AdamOptions, Decay, Movement, Part};
use gradroute_tape::{Gradients, ParamId, Params, Shape, Tape};
use proptest::prelude::*;

const ROWS: usize = 5;
const COLUMNS: usize = 3;

fn one() -> (Params<f64>, ParamId) {
    let (mut params, mut stream) = (Params::new(), Stream::new(4, "weights", 0));
    let w = params.add("w", &[ROWS, COLUMNS], || stream.normal());
    (params, w)
}

/// A backward pass whose gradient is `values`.
fn receive(params: &Params<f64>, w: ParamId, values: &[f64], gradients: &mut Gradients<f64>) {
    let mut tape = Tape::new();
    let g = tape.graph(params);
    let values = g.literal(Shape::new(&[ROWS, COLUMNS]), values);
    g.backward(g.sum(g.mul(g.param(w), values)), gradients);
}

fn options(weight_decay: f64, decay: Decay) -> AdamOptions {
    AdamOptions { weight_decay, decay, ..AdamOptions::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn its_three_parts_add_up_to_the_movement_and_what_is_held_has_none(
        steps in 1usize..6,
        decay in prop_oneof![Just(0.0), 0.0..0.1],
        decoupled: bool,
        held in 0..ROWS,
        all: bool,
        seed: u64,
    ) {
        let (mut params, w) = one();
        let decay = options(decay, if decoupled { Decay::Decoupled } else { Decay::Coupled });
        let mut adam = match all {
            true => Adam::new(&params, decay),
            false => Adam::over(&params, [Part::rows(w, 1..ROWS)], decay),
        };
        let mut gradients = Gradients::new(&params);
        let mut stream = Stream::new(seed, "gradients", 0);
        for step in 0..steps {
            // Some are exactly 0.
            let mut draw = || if stream.uniform() < 0.3 { 0.0 } else { stream.normal() };
            let values: Vec<f64> = (0..ROWS * COLUMNS).map(|_| draw()).collect();
            let before = (adam.clone(), params.clone());
            receive(&params, w, &values, &mut gradients);
            if step > 0 {
                gradients.hold_rows(w, held..held + 1);
            }
            adam.step(&mut params, &gradients).unwrap();
            let found = adam.movement(w, &before.0, &before.1, &params);
            for (i, value) in values.into_iter().enumerate() {
                let whole = params.get(w)[i] - before.1.get(w)[i];
                let Movement { gradient, momentum, decay } = &found;
                let sum = gradient[i] + momentum[i] + decay[i];
                prop_assert!((sum - whole).abs() <= 1e-15, "element {i}: {sum} for {whole}");
                prop_assert!(value != 0.0 || gradient[i] == 0.0, "by a gradient of 0");
                prop_assert!(step > 0 || momentum[i] == 0.0, "momentum before there was a step");
                let is_held = step > 0 && i / COLUMNS == held || !all && i < COLUMNS;
                prop_assert!(!is_held || [gradient[i], momentum[i], decay[i]] == [0.0; 3]);
            }
        }
    }
}

#[test]
fn two_steps_between_are_not_taken_apart() {
    let (mut params, w) = one();
    let mut adam = Adam::new(&params, options(0.1, Decay::Coupled));
    let (before, mut gradients) = ((adam.clone(), params.clone()), Gradients::new(&params));
    for _ in 0..2 {
        receive(&params, w, &[1.0; ROWS * COLUMNS], &mut gradients);
        adam.step(&mut params, &gradients).unwrap();
    }
    let found = adam.movement(w, &before.0, &before.1, &params);
    assert!(found.gradient.iter().chain(&found.momentum).all(|&part| part == 0.0));
}
