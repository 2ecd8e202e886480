//! A scalar by hand: `loss = (w * x - y)^2`, its gradient from the tape and from pencil and paper.

use gradroute_tape::{Gradients, Params, Shape, Tape};

fn main() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[], || 3.0);
    let mut gradients = Gradients::new(&params);
    let mut tape = Tape::new();

    let g = tape.graph(&params);
    let x = g.literal(Shape::scalar(), &[2.0]);
    let y = g.literal(Shape::scalar(), &[5.0]);
    let error = g.sub(g.mul(g.param(w), x), y); // 3 * 2 - 5 = 1
    let loss = g.mul(error, error);
    g.backward(loss, &mut gradients);

    println!("{}", g.to_text());
    let by_tape = gradients.get(w).expect("the loss depends on w")[0];
    let by_hand = 2.0 * (3.0 * 2.0 - 5.0) * 2.0; // d/dw = 2 (w x - y) x
    println!("loss {}, d loss / d w by tape {by_tape}, by hand {by_hand}", g.scalar(loss));
    assert_eq!(by_tape, by_hand);
}
