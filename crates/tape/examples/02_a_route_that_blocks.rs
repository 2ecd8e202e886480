//! A route that blocks: two samples, two hidden dims, and each sample may teach one dim only.
//!
//! Forward, nothing changes. Backward, row `i` of the mask is multiplied into the gradient of
//! sample `i`, so the first row of the weight learns from sample 0 and the second from sample 1.

use gradroute_tape::{Gradients, Params, Shape, Tape};

fn main() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[2, 3], || 0.5);
    let mut tape = Tape::new();
    let samples = Shape::of_samples(&[2, 3]);
    let pixels = [1.0, 2.0, 3.0, 10.0, 20.0, 30.0];
    let masks = [("all pass", [1.0, 1.0, 1.0, 1.0]), ("one dim each", [1.0, 0.0, 0.0, 1.0])];

    for (name, mask) in masks {
        let mut gradients = Gradients::new(&params);
        let g = tape.graph(&params);
        let x = g.literal(samples, &pixels);
        let z = g.linear(x, g.param(w), None);
        let mask = g.literal(Shape::of_samples(&[2, 2]), &mask);
        let loss = g.sum(g.route(z, mask));
        g.backward(loss, &mut gradients);

        let gradient = gradients.get(w).expect("w is used");
        println!("{name}: loss {}", g.scalar(loss));
        println!("  gradient of w, row 0 (makes dim 0): {:?}", &gradient[..3]);
        println!("  gradient of w, row 1 (makes dim 1): {:?}", &gradient[3..]);
    }
    println!("Same loss, another lesson: the masked rows hold one sample's pixels each.");
}
