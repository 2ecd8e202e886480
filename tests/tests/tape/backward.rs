//! The backward pass as a whole: repeatable, from any loss, watched, frugal with memory.

use crate::autoencoder::{Autoencoder, batch};
use gradroute_tape::layers::Mlp;
use gradroute_tape::{Gradients, Graph, Params, Shape, Tape, Var};

const PIXELS: usize = 12;
const ENCODING: usize = 4;

fn model() -> (Params<f32>, Autoencoder) {
    let mut params = Params::new();
    let model = Autoencoder::new(&mut params, PIXELS, &[9, 7], ENCODING, 3);
    (params, model)
}

fn loss(g: &Graph<'_, f32>, model: &Autoencoder, n: usize, l1: f64) -> Var {
    let (images, mask) = batch::<f32>(n, PIXELS, ENCODING, 5);
    let images = g.literal(Shape::of_samples(&[n, PIXELS]), &images);
    let mask = g.literal(Shape::of_samples(&[n, ENCODING]), &mask);
    model.loss(g, images, mask, l1)
}

fn bits(gradients: &Gradients<f32>) -> Vec<u32> {
    gradients.flat().iter().map(|v| v.to_bits()).collect()
}

#[test]
fn a_second_backward_on_the_same_graph_gives_the_same_bits() {
    let (params, model) = model();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let loss = loss(&g, &model, 6, 0.01);
    let (mut first, mut second) = (Gradients::new(&params), Gradients::new(&params));
    g.backward(loss, &mut first);
    g.backward(loss, &mut second);
    assert_eq!(bits(&first), bits(&second));
    g.backward(loss, &mut first);
    assert_eq!(bits(&first), bits(&second), "nothing is left over from an earlier pass");
}

#[test]
fn a_backward_from_another_loss_in_between_changes_nothing() {
    let (params, model) = model();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let one = loss(&g, &model, 6, 0.01);
    let other = loss(&g, &model, 4, 0.5);
    let mut gradients = Gradients::new(&params);
    g.backward(other, &mut gradients);
    let from_other = bits(&gradients);
    g.backward(one, &mut gradients);

    let mut fresh = Tape::new();
    let alone = fresh.graph(&params);
    let mut expected = Gradients::new(&params);
    let one = loss(&alone, &model, 6, 0.01);
    alone.backward(one, &mut expected);
    assert_eq!(bits(&gradients), bits(&expected));
    assert_ne!(bits(&gradients), from_other);
}

#[test]
fn the_gradient_of_a_sum_of_losses_is_the_sum_of_their_gradients() {
    let (params, model) = model();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let losses = [loss(&g, &model, 6, 0.01), loss(&g, &model, 4, 0.5)];
    let total = g.add(losses[0], losses[1]);
    let [mut a, mut b, mut both] = std::array::from_fn(|_| Gradients::new(&params));
    g.backward(losses[0], &mut a);
    g.backward(losses[1], &mut b);
    g.backward(total, &mut both);
    for ((a, b), both) in a.flat().iter().zip(b.flat()).zip(both.flat()) {
        assert!((a + b - both).abs() <= 1e-6 * (a.abs() + b.abs()) + 1e-7, "{a} + {b} != {both}");
    }
}

#[test]
fn a_loss_reaches_only_the_parameters_it_depends_on() {
    let mut params = Params::<f32>::new();
    let [a, b] = ["a", "b"].map(|name| params.add(name, &[], || 2.0));
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let (square, product) = (g.mul(g.param(a), g.param(a)), g.mul(g.param(a), g.param(b)));
    let mut gradients = Gradients::new(&params);
    g.backward(product, &mut gradients);
    assert_eq!((gradients.get(a), gradients.get(b)), (Some(&[2.0][..]), Some(&[2.0][..])));
    g.backward(square, &mut gradients);
    assert_eq!((gradients.get(a), gradients.get(b)), (Some(&[4.0][..]), None));
    let names: Vec<_> = gradients.missing(&params).map(|id| params.name(id)).collect();
    assert_eq!(names, ["b"]);
    g.backward(g.param(b), &mut gradients);
    assert_eq!((gradients.get(a), gradients.get(b)), (None, Some(&[1.0][..])));
    let constant = g.literal(Shape::scalar(), &[1.0]);
    g.backward(constant, &mut gradients);
    assert_eq!((gradients.get(a), gradients.get(b)), (None, None));
}

#[test]
fn the_watch_sees_each_node_once_in_reverse_order_and_can_read_the_graph() {
    let (params, model) = model();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let loss = loss(&g, &model, 6, 0.01);
    let mut gradients = Gradients::new(&params);
    let mut seen = Vec::new();
    let mut values = 0;
    g.backward_watched(loss, &mut gradients, |node, adjoint| {
        assert_eq!(adjoint.len(), node.shape().len());
        assert!(node.needs_grad());
        values += g.value(loss).len();
        seen.push(node.index());
    });
    assert_eq!(seen.first(), Some(&loss.index()));
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "{seen:?}");
    assert_eq!(values, seen.len());
}

#[test]
fn backward_runs_while_a_value_is_looked_at() {
    let (params, model) = model();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let loss = loss(&g, &model, 2, 0.0);
    let mut gradients = Gradients::new(&params);
    let held = g.value(loss);
    g.backward(loss, &mut gradients);
    assert!(held[0] > 0.0);
    assert!(gradients.missing(&params).next().is_none());
}

#[test]
fn adjoints_of_a_deep_network_share_the_memory_of_two_layers() {
    const DEPTH: usize = 20;
    const WIDTH: usize = 64;
    const SAMPLES: usize = 32;
    let mut params = Params::<f32>::new();
    let mlp = Mlp::new(&mut params, "net", &[WIDTH; DEPTH + 1], true, 0);
    let mut tape = Tape::new();
    let images = vec![0.5; SAMPLES * WIDTH];
    let mut gradients = Gradients::new(&params);
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[SAMPLES, WIDTH]), &images);
    let loss = g.mean(g.squared_error(mlp.forward(&g, x), x));
    let mut all = 0;
    g.backward_watched(loss, &mut gradients, |_, adjoint| all += size_of_val(adjoint));
    let (_, held) = tape.memory();
    let layer = SAMPLES * WIDTH * size_of::<f32>();
    assert!(all > DEPTH * layer);
    // The vector behind the slab may grow by doubling.
    assert!(held <= 2 * (2 * layer + 1024), "{held} bytes held, a layer takes {layer}");
}
