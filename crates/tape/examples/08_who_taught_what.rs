//! Which samples taught which part of a network, and how much: one backward pass gives a gradient for
//! each group of samples, another the length of each single sample's share.
//!
//! Two units, each meant for one group. The route keeps the groups apart, and the penalty beside
//! it does not.

use gradroute_tape::{Gradients, GroupGradients, Params, SampleNorms, Shape, Tape};

fn main() {
    let mut params = Params::<f32>::new();
    let encoder = params.add("encoder", &[2, 2], || 0.5);
    let head = params.add("head", &[1, 2], || 1.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[4, 2]), &[1.0, 0.0, 2.0, 1.0, 0.0, 3.0, 1.0, 1.0]);
    let groups = [0, 0, 1, 1];
    let z = g.linear(x, g.param(encoder), None);
    let own = g.literal(Shape::of_samples(&[4, 2]), &[1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
    let y = g.linear(g.route(z, own), g.param(head), None);
    let task = g.sum(g.mul(y, y));
    let with_penalty = g.add(task, g.scale(g.l1_norm(z), 0.1));

    let mut apart = GroupGradients::new(&params, 2);
    for (name, loss) in [("the task alone", task), ("with an L1 penalty", with_penalty)] {
        g.backward_by_group(loss, &groups, &mut apart);
        println!("{name}:");
        for group in 0..2 {
            let rows = apart.group(group).get(encoder).expect("both groups reach it");
            println!(
                "  group {group} teaches unit 0 {:.1?}, unit 1 {:.1?}",
                &rows[..2],
                &rows[2..]
            );
        }
    }

    let mut gradients = Gradients::new(&params);
    let mut norms = SampleNorms::new(&params, [encoder, head]);
    g.backward_with_sample_norms(with_penalty, &mut gradients, &mut norms);
    println!("Unit 0 is for group 0, unit 1 for group 1: the penalty leaks, as it is not routed.");
    println!("With the penalty, the length of each sample's share of the gradient");
    println!("  of the encoder:          {:.1?}", norms.of([encoder]));
    println!("  of encoder and head: {:.1?}", norms.of([encoder, head]));

    g.backward_by_group(task, &groups, &mut apart);
    assert_eq!(apart.group(0).get(encoder).unwrap()[2..], [0.0, 0.0]);
    assert_eq!(apart.group(1).get(encoder).unwrap()[..2], [0.0, 0.0]);
}
