//! What decides who teaches whom, put where it would mean something else.

use gradroute_tape::optim::{Adam, AdamOptions};
use gradroute_tape::{Gradients, GroupGradients, ParamId, Params, Shape, Tape};

use super::panics::{panic_of, says};

fn params() -> (Params<f32>, ParamId) {
    let mut params = Params::new();
    let w = params.add("w", &[4, 1], || 1.0);
    (params, w)
}

#[test]
fn a_mask_that_counts_samples_is_refused_on_a_parameter_even_if_its_extents_fit() {
    let (params, w) = params();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let mask = g.literal(Shape::of_samples(&[4, 1]), &[1.0, 1.0, 0.0, 0.0]);
    let text = panic_of(|| g.route(g.param(w), mask));
    says(&text, &["the mask counts samples", "`update_weighted`", "routing.rs:"]);
}

#[test]
fn update_weights_that_count_no_samples_are_refused_as_weights_by_sample_whatever_the_batch() {
    let (params, w) = params();
    for n in [3, 4] {
        let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
        let g = tape.graph(&params);
        let x = g.literal(Shape::of_samples(&[n, 1]), &vec![1.0; n]);
        let layer = || g.linear(x, g.param(w), None);
        let rows = g.literal(Shape::new(&[4]), &[1.0, 1.0, 0.0, 0.0]);
        let text = panic_of(|| g.update_weighted(rows, layer));
        says(&text, &["update weights [4] don't fit", "Shape::of_samples", "[1, ..]"]);
        let rows = g.literal(Shape::new(&[1, 4]), &[1.0, 1.0, 0.0, 0.0]);
        g.backward(g.sum(g.update_weighted(rows, layer)), &mut gradients);
        let n = n as f32;
        assert_eq!(gradients.get(w).unwrap(), [n, n, 0.0, 0.0]);
    }
}

#[test]
fn a_layer_outside_of_its_update_weights_is_told_where_to_stand() {
    let (params, w) = params();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[1.0, 2.0]);
    let y = g.linear(x, g.param(w), None);
    let weights = g.literal(Shape::of_samples(&[2]), &[1.0, 0.0]);
    let text = panic_of(|| g.update_weighted(weights, || g.sum(y)));
    says(&text, &["within the closure", "count samples"]);
}

#[test]
fn a_hold_is_refused_where_it_would_do_nothing() {
    let (mut params, w) = params();
    let mut gradients = Gradients::new(&params);
    says(&panic_of(|| gradients.hold_rows(w, 0..1)), &["hold_rows", "after each backward pass"]);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    g.backward(g.sum(g.param(w)), &mut gradients);
    drop(g);
    gradients.hold_rows(w, 0..1);
    let mut adam = Adam::new(&params, AdamOptions::default());
    adam.step(&mut params, &gradients).unwrap();
    assert_eq!(params.get(w)[0], 1.0);
    let text = panic_of(|| gradients.hold_unpermitted());
    says(&text, &["hold_unpermitted", "before the optimizer's step"]);
}

#[test]
fn groups_that_do_not_fit_the_batch_or_the_model_are_told_at_the_line_of_the_call() {
    let (params, w) = params();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[1.0, 2.0]);
    let loss = g.sum(g.linear(x, g.param(w), None));
    let mut apart = GroupGradients::new(&params, 2);
    let text = panic_of(|| g.backward_by_group(loss, &[0, 1, 0], &mut apart));
    says(&text, &["the groups of 3 samples", "linear at", "[n=2, 4]"]);
    let text = panic_of(|| g.backward_by_group(loss, &[0, 2], &mut apart));
    says(&text, &["sample 1 is of group 2", "2 groups, numbered from 0"]);
    let mut of_others = GroupGradients::new(&Params::<f32>::new(), 2);
    let text = panic_of(|| g.backward_by_group(loss, &[0, 1], &mut of_others));
    says(&text, &["made for other parameters"]);
}

#[test]
fn an_optimizer_that_got_no_gradients_says_so_in_what_unwrap_shows() {
    let (mut params, _) = params();
    let gradients = Gradients::new(&params);
    let mut adam = Adam::new(&params, AdamOptions::default());
    let text = panic_of(|| adam.step(&mut params, &gradients).unwrap());
    says(&text, &["no gradient reached the parameter(s) w", "the backward pass was given"]);
}
