//! Each kind of data teaches its own rows of a weight, and what a batch may not teach is held.
//!
//! Samples of kind 0 may teach the first unit, those of kind 1 the second. After one mixed batch come
//! five of kind 0 alone. No gradient reaches the second unit any more, and yet it moves, by
//! momentum and weight decay, unless the optimizer is told to hold it.

use gradroute_tape::optim::{Adam, AdamOptions};
use gradroute_tape::{Gradients, Params, Shape, Tape};

fn train(hold: bool) -> Vec<f32> {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[2, 1], || 1.0);
    let options = AdamOptions { lr: 0.1, weight_decay: 0.01, ..Default::default() };
    let mut adam = Adam::new(&params, options);
    let mut gradients = Gradients::new(&params);
    let mut tape = Tape::new();
    let mut second_unit = Vec::new();
    for kinds in [[0, 1], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0]] {
        let g = tape.graph(&params);
        let x = g.literal(Shape::of_samples(&[2, 1]), &[1.0, 2.0]);
        // A row a sample: 1 for the unit that this sample may teach.
        let rows: Vec<f32> =
            kinds.iter().flat_map(|&k| [f32::from(k == 0), f32::from(k == 1)]).collect();
        let rows = g.literal(Shape::of_samples(&[2, 2]), &rows);
        let y = g.update_weighted(rows, || g.linear(x, g.param(w), None));
        g.backward(g.sum(g.mul(y, y)), &mut gradients);
        if hold {
            gradients.hold_unpermitted();
        }
        adam.step(&mut params, &gradients).expect("w received a gradient");
        second_unit.push(params.get(w)[1]);
    }
    second_unit
}

fn main() {
    let (free, held) = (train(false), train(true));
    println!("A batch that may teach both units, then five that may teach the first one only.");
    println!("The second unit's weight after each batch:");
    println!("without a hold: {free:.3?}, moved on by momentum and weight decay");
    println!("with a hold:    {held:.3?}, as no sample of the last five may teach it");
    assert!(free.windows(2).all(|pair| pair[1] < pair[0]), "momentum and decay go on");
    assert!(held.windows(2).all(|pair| pair[1] == pair[0]), "not a bit has changed");
}
