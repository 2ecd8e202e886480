//! A leak through an unrouted penalty.
//!
//! A route stands on one edge. Sample 0 is kept from teaching dim 1, but an L1 penalty on the
//! same value, taken before the route, still reaches dim 1 with sample 0's gradient. This is not
//! a bug of the program: the MNIST replication does exactly that. It has to be visible.

use gradroute_tape::{Gradients, Params, Shape, Tape};

fn main() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[2, 2], || 0.5);
    let mut tape = Tape::new();

    for penalty in [0.0, 0.01] {
        let mut gradients = Gradients::new(&params);
        let g = tape.graph(&params);
        let x = g.literal(Shape::of_samples(&[1, 2]), &[1.0, 2.0]);
        let z = g.linear(x, g.param(w), None);
        let mask = g.literal(Shape::of_samples(&[1, 2]), &[1.0, 0.0]);
        let routed = g.route(z, mask);
        let loss = g.add(g.sum(routed), g.scale(g.l1_norm(z), penalty));
        g.backward(loss, &mut gradients);

        let leaked = &gradients.get(w).expect("w is used")[2..];
        println!(
            "L1 weight {penalty}: gradient of the weights that make the blocked dim {leaked:?}"
        );
        if penalty > 0.0 {
            println!("The graph shows why: abs reads the linear op (%2), not the route (%4).\n");
            println!("{}", g.to_text());
        }
        assert_eq!(leaked.iter().any(|&v| v != 0.0), penalty > 0.0);
    }
}
