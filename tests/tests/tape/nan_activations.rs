//! A NaN activation keeps its gradient, whether the ReLU is fused, plain, or behind a route.

use gradroute_tape::{Gradients, Params, Shape, Tape};

#[test]
fn the_gradient_at_a_nan_activation_is_the_same_with_and_without_a_route_of_weight_1() {
    let mut params = Params::<f32>::new();
    let values = [f32::NAN, 2.0, -1.0, 3.0];
    let mut next = values.into_iter();
    let x = params.add("x", &[2, 2], || next.next().unwrap());
    let w = params.add("w", &[1, 2], || 2.0);
    let mut tape = Tape::new();
    let gradient = |routed: bool, tape: &mut Tape<f32>| {
        let mut gradients = Gradients::new(&params);
        let g = tape.graph(&params);
        let hidden = g.relu(g.param(x));
        let ones = g.literal(Shape::new(&[2]), &[1.0, 1.0]);
        let hidden = if routed { g.route(hidden, ones) } else { hidden };
        g.backward(g.sum(g.linear(hidden, g.param(w), None)), &mut gradients);
        gradients.get(x).unwrap().to_vec()
    };
    assert_eq!(gradient(false, &mut tape), [2.0, 2.0, 0.0, 2.0]);
    assert_eq!(gradient(true, &mut tape), [2.0, 2.0, 0.0, 2.0]);
}
