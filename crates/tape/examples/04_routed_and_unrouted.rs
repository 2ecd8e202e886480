//! The same value, routed into one consumer and unrouted into another.
//!
//! One head sees `z` through a route that blocks sample 1, the other sees `z` as it is. The
//! gradient of `z` is the sum of what comes back over both edges, which the watch hook shows.

use gradroute_tape::{Gradients, Params, Shape, Tape};

fn main() {
    let mut params = Params::<f32>::new();
    let encoder = params.add("encoder", &[1, 1], || 2.0);
    let routed_head = params.add("routed_head", &[1, 1], || 10.0);
    let open_head = params.add("open_head", &[1, 1], || 1.0);
    let mut gradients = Gradients::new(&params);
    let mut tape = Tape::new();

    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[1.0, 1.0]);
    let z = g.linear(x, g.param(encoder), None);
    let mask = g.literal(Shape::of_samples(&[2, 1]), &[1.0, 0.0]);
    let through_route = g.linear(g.route(z, mask), g.param(routed_head), None);
    let directly = g.linear(z, g.param(open_head), None);
    let loss = g.sum(g.add(through_route, directly));

    g.backward_watched(loss, &mut gradients, |node, adjoint| {
        if node.index() == z.index() {
            println!("gradient of z, by sample: {adjoint:?}");
            assert_eq!(adjoint, [11.0, 1.0]);
        }
    });
    println!("Sample 0 hears both heads (10 + 1), sample 1 only the open one (0 + 1).");
    println!("\nPaste into Graphviz to see the routed edge in red:\n{}", g.to_dot());
}
