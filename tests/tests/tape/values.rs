//! What a graph knows of its values: where they lie, which axis counts samples, what is wrong.

use gradroute_tape::layers::Linear;
use gradroute_tape::{Gradients, Graph, Params, Shape, Tape, Var};
use ndarray::{Array1, Array2};

fn zeros(g: &Graph<'_, f32>, shape: Shape) -> Var {
    g.literal(shape, &vec![0.0; shape.len()])
}

#[test]
fn inputs_are_borrowed_however_many_there_are() {
    let params = Params::<f32>::new();
    let arrays: Vec<Array1<f32>> = (0..40).map(|i| Array1::from_elem(3, i as f32)).collect();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let inputs: Vec<Var> = arrays.iter().map(|a| g.samples(a.view())).collect();
    for (array, &input) in arrays.iter().zip(&inputs) {
        assert_eq!(g.value(input).as_ptr(), array.as_ptr(), "borrowed, not copied");
    }
    let total = inputs.iter().copied().reduce(|a, b| g.add(a, b)).expect("forty inputs");
    assert_eq!(g.value(total).view().into_dimensionality(), Ok(Array1::from_elem(3, 780.0).view()));
    drop(g);
    assert_eq!(arrays[39][0], 39.0);
}

#[test]
fn routes_detaches_and_reshapes_share_their_operands_memory() {
    let params = Params::<f32>::new();
    let image = Array2::<f32>::ones((2, 3));
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.samples(image.view());
    let routed = g.route(x, zeros(&g, Shape::scalar()));
    for alias in [routed, g.detach(routed), g.reshape(routed, &[3, 2])] {
        assert_eq!(g.value(alias).as_ptr(), image.as_ptr());
    }
}

#[test]
fn a_parameter_asked_for_twice_is_one_node() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[2], || 1.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    assert_eq!(g.param(w), g.param(w));
    let stale = g.param(w);
    drop(g);
    assert_ne!(stale, tape.graph(&params).param(w), "each step's Vars are its own");
}

#[test]
fn axis_0_counts_samples_as_long_as_rows_stay_samples() {
    let mut params = Params::<f32>::new();
    let weight = params.add("weight", &[3, 4], || 0.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = zeros(&g, Shape::of_samples(&[6, 4]));
    let w = g.param(weight);
    let row = zeros(&g, Shape::new(&[4]));
    let carrying = [
        x,
        g.relu(x),
        g.add(x, row),
        g.mul(row, x),
        g.linear(x, w, None),
        g.matmul_nt(x, w),
        g.slice_columns(x, 1..3),
        g.concat_columns(&[x, g.tanh(x)]),
        g.reshape(x, &[6, 2, 2]),
        g.sum_axis(x, 1),
        g.absolute_error(x, x),
        g.route(x, row),
        g.detach(x),
        g.softmax_cross_entropy(x, zeros(&g, Shape::of_samples(&[6]))),
    ];
    for var in carrying {
        assert!(g.shape(var).carries_samples(), "node {} is {}", var.index(), g.shape(var));
    }
    let not_carrying = [
        w,
        row,
        g.sum(x),
        g.sum_axis(x, 0),
        g.matmul_tn(x, x),
        g.reshape(x, &[4, 6]),
        g.reshape(x, &[24]),
        g.mean_axis(g.sum_axis(x, 1), 0),
    ];
    for var in not_carrying {
        assert!(!g.shape(var).carries_samples(), "node {} is {}", var.index(), g.shape(var));
    }
}

#[test]
fn the_first_value_that_is_not_finite_is_named_with_its_sample() {
    let mut params = Params::<f32>::new();
    let layer = Linear::new(&mut params, "encoder.0", 2, 3, true, 0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[3, 2]), &[1.0, 2.0, 3.0, 4.0, f32::MAX, f32::MAX]);
    let fine = layer.forward(&g, g.scale(x, 1e-30));
    assert_eq!(g.first_non_finite(), None);
    let outer = g.scope("head");
    let bad = {
        let _inner = g.scope("square");
        g.mul(x, x)
    };
    let after = g.add(g.sum(bad), g.sum(fine));
    drop(outer);
    let found = g.first_non_finite().expect("the square overflows");
    assert!(found.node == bad.index() && bad.index() < after.index());
    assert_eq!((found.op.as_str(), found.label.as_str()), ("mul", "head.square"));
    assert_eq!(found.sample, Some(2));
    let text = found.to_string();
    assert!(text.contains("values.rs:") && text.contains("sample 2"), "{text}");
    drop(g);

    params.get_mut(layer.weight)[1] = f32::NAN;
    let g = tape.graph(&params);
    layer.forward(&g, zeros(&g, Shape::of_samples(&[1, 2])));
    let found = g.first_non_finite().expect("the weight is NaN");
    assert_eq!(found.op, "param `encoder.0.weight`");
    assert_eq!(found.sample, None);
}

#[test]
fn the_first_gradient_that_is_not_finite_is_named_with_its_sample() {
    let mut params = Params::<f32>::new();
    let layer = Linear::new(&mut params, "head", 1, 1, false, 0);
    params.get_mut(layer.weight)[0] = 1.0;
    let mut gradients = Gradients::new(&params);
    let mut tape = Tape::new();

    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[1.0, 2.0]);
    let factors = g.literal(Shape::of_samples(&[2, 1]), &[0.0, 1e30]);
    let y = layer.forward(&g, x);
    let shrunk = g.scale(y, 1e-30);
    // The loss stays small, while the gradient on its way back is 1e30 * 1e30 in sample 1.
    let once = g.mul(shrunk, factors);
    let loss = g.sum(g.scale(g.mul(g.scale(once, 1e-30), factors), 1.0));
    assert_eq!(g.first_non_finite(), None);
    assert!(g.scalar(loss).is_finite());
    let found = g.first_non_finite_gradient(loss, &mut gradients).expect("1e30 can't be squared");
    assert!(found.to_string().contains("values.rs:"), "{found}");
    assert_eq!(found.sample, Some(1), "{found}");
    drop(g);

    // A value that is not finite behind a ReLU that is off: the loss does not depend on it.
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[1.0, f32::NEG_INFINITY]);
    let loss = g.sum(g.relu(layer.forward(&g, x)));
    assert_eq!(g.scalar(loss), 1.0);
    g.backward(loss, &mut gradients);
    assert_eq!(gradients.get(layer.weight), Some(&[1.0][..]));
    assert_eq!(g.first_non_finite_gradient(loss, &mut gradients), None);
    drop(g);

    // Where it does depend on it, the weight's gradient is what goes wrong first.
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[1.0, f32::INFINITY]);
    let loss = g.sum(g.relu(layer.forward(&g, x)));
    let found = g.first_non_finite_gradient(loss, &mut gradients).expect("the weight's gradient");
    assert_eq!(found.op, "linear on param `head.weight`");
    drop(g);

    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[1.0, -3.0]);
    let loss = g.sum(g.relu(layer.forward(&g, x)));
    assert_eq!(g.first_non_finite_gradient(loss, &mut gradients), None);
    assert!(gradients.are_usable());
}
