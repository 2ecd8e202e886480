//! What nothing of a batch may teach keeps value and moments.

use gradroute_tape::optim::{Adam, AdamOptions, Decay, Part};
use gradroute_tape::{Gradients, Graph, ParamId, Params, Shape, Tape, Var};

const ROWS: usize = 6;
const COLUMNS: usize = 4;
const SAMPLES: usize = 3;

fn params() -> (Params<f32>, ParamId) {
    let mut params = Params::new();
    let mut next = 0.0;
    let w = params.add("w", &[ROWS, COLUMNS], || {
        next += 0.37;
        next % 1.0 - 0.5
    });
    (params, w)
}

fn options(decay: Decay) -> AdamOptions {
    AdamOptions { lr: 0.01, weight_decay: 0.1, decay, ..AdamOptions::default() }
}

/// Gradients of step `step`, which do not depend on the parameters; rows and columns for which
/// `rows` and `columns` are 0 may not be taught.
fn gradients(
    params: &Params<f32>,
    w: ParamId,
    step: usize,
    rows: [f32; ROWS],
    columns: [f32; COLUMNS],
) -> Gradients<f32> {
    let mut tape = Tape::new();
    let mut gradients = Gradients::new(params);
    let g = tape.graph(params);
    let number = |i: usize| ((i * 7 + step * 13) % 11) as f32 / 5.0 - 1.0;
    let x: Vec<f32> = (0..SAMPLES * COLUMNS).map(number).collect();
    let x = g.literal(Shape::of_samples(&[SAMPLES, COLUMNS]), &x);
    let rows = g.literal(Shape::new(&[1, ROWS]), &rows);
    let columns = g.literal(Shape::new(&[1, COLUMNS]), &columns);
    let y = g.update_weighted(rows, || {
        g.update_weighted_columns(columns, || g.linear(x, g.param(w), None))
    });
    let slopes: Vec<f32> = (0..SAMPLES * ROWS).map(|i| number(i + 3)).collect();
    g.backward(g.sum(g.mul(y, g.literal(Shape::new(&[SAMPLES, ROWS]), &slopes))), &mut gradients);
    gradients
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

#[test]
fn held_rows_and_columns_keep_their_bits_and_the_others_are_those_of_a_run_without_hold() {
    let rows = [1.0, 0.0, 0.0, 2.0, 1.0, 0.0];
    let columns = [1.0, 0.0, 1.0, 1.0];
    for decay in [Decay::Coupled, Decay::Decoupled] {
        let (mut held, w) = params();
        let mut free = held.clone();
        let (mut of_held, mut of_free) =
            (Adam::new(&held, options(decay)), Adam::new(&free, options(decay)));
        // Momentum first, so that there is something to keep.
        for step in 0..5 {
            let all = gradients(&held, w, step, [1.0; ROWS], [1.0; COLUMNS]);
            of_held.step(&mut held, &all).expect("all received");
            of_free.step(&mut free, &all).expect("all received");
        }
        let before = (held.clone(), of_held.clone());
        for step in 5..105 {
            let mut some = gradients(&held, w, step, rows, columns);
            of_free.step(&mut free, &some.clone()).expect("all received");
            some.hold_unpermitted();
            of_held.step(&mut held, &some).expect("all received");
        }
        assert_eq!(of_held.steps(), 105);
        for i in 0..ROWS * COLUMNS {
            let is_held = rows[i / COLUMNS] == 0.0 || columns[i % COLUMNS] == 0.0;
            let (params, adam) = if is_held { (&before.0, &before.1) } else { (&free, &of_free) };
            let of = |params: &Params<f32>, adam: &Adam<f32>| {
                let (first, second) = adam.moments();
                bits(&[params.flat()[i], first[i], second[i]])
            };
            assert_eq!(of(&held, &of_held), of(params, adam), "element {i}, held: {is_held}");
            assert_ne!(free.flat()[i].to_bits(), before.0.flat()[i].to_bits(), "element {i} moved");
        }
    }
}

#[test]
fn a_parameter_that_nothing_may_teach_makes_no_step() {
    let (mut held, w) = params();
    let mut adam = Adam::new(&held, options(Decay::Coupled));
    for step in 0..3 {
        let mut none = gradients(&held, w, step, [0.0; ROWS], [1.0; COLUMNS]);
        none.hold_unpermitted();
        adam.step(&mut held, &none).expect("it received zeros");
    }
    let (start, _) = params();
    assert_eq!((bits(held.flat()), adam.steps()), (bits(start.flat()), 0));

    let (mut fresh, w_of_fresh) = params();
    let mut of_fresh = Adam::new(&fresh, options(Decay::Coupled));
    let all = gradients(&held, w, 3, [1.0; ROWS], [1.0; COLUMNS]);
    adam.step(&mut held, &all).expect("all");
    let all = gradients(&fresh, w_of_fresh, 3, [1.0; ROWS], [1.0; COLUMNS]);
    of_fresh.step(&mut fresh, &all).expect("all");
    assert_eq!(bits(held.flat()), bits(fresh.flat()));
}

#[test]
fn a_gradient_that_happens_to_be_zero_holds_nothing() {
    let (mut params, w) = params();
    let before = bits(params.flat());
    let mut adam = Adam::new(&params, options(Decay::Decoupled));
    let mut zeros = gradients(&params, w, 0, [1.0; ROWS], [1.0; COLUMNS]);
    zeros.get_mut(w).expect("received").fill(0.0);
    zeros.hold_unpermitted();
    adam.step(&mut params, &zeros).expect("zeros are fine");
    assert_ne!(bits(params.flat()), before, "weight decay moves it");
}

#[test]
fn optimizers_over_parts_do_together_what_one_over_all_does() {
    let (mut whole, w) = params();
    let mut parts = whole.clone();
    let mut over_all = Adam::new(&whole, options(Decay::Coupled));
    let over = |part| Adam::over(&parts.clone(), [part], options(Decay::Coupled));
    let mut over_parts = [over(Part::rows(w, 0..2)), over(Part::rows(w, 2..ROWS))];
    let mut columns = whole.clone();
    let mut over_columns = [over(Part::columns(w, 0..1)), over(Part::columns(w, 1..COLUMNS))];
    for step in 0..10 {
        let all = gradients(&whole, w, step, [1.0; ROWS], [1.0; COLUMNS]);
        over_all.step(&mut whole, &all).expect("all received");
        for adam in &mut over_parts {
            adam.step(&mut parts, &all).expect("all received");
        }
        for adam in &mut over_columns {
            adam.step(&mut columns, &all).expect("all received");
        }
    }
    assert_eq!(bits(parts.flat()), bits(whole.flat()));
    assert_eq!(bits(columns.flat()), bits(whole.flat()));
    assert_eq!(over_parts[0].moments().0.len(), 2 * COLUMNS);
    let words: Vec<String> = over_parts[0].parts(&whole).map(|(name, _, _)| name).collect();
    assert_eq!(words, ["w[0..2, 0..4]"]);
}

#[test]
#[should_panic(expected = "two parts of `w` overlap")]
fn parts_that_overlap_are_refused() {
    let (params, w) = params();
    Adam::over(&params, [Part::rows(w, 0..2), Part::columns(w, 1..2)], AdamOptions::default());
}

#[test]
#[should_panic(expected = "of other parameters")]
fn parts_of_other_parameters_are_refused() {
    let ((params, _), (_, foreign)) = (params(), params());
    Adam::over(&params, [Part::all(foreign)], AdamOptions::default());
}

/// What `update_weighted` within `build` may teach, held and stepped ten times after a first step that
/// gives all moments, and whether each parameter moved in these.
fn moved(
    params: &mut Params<f32>,
    free: impl Fn(&Graph<'_, f32>) -> Var,
    build: impl Fn(&Graph<'_, f32>) -> Var,
) -> Vec<bool> {
    let mut adam = Adam::new(params, options(Decay::Decoupled));
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(params));
    let g = tape.graph(params);
    g.backward(free(&g), &mut gradients);
    drop(g);
    adam.step(params, &gradients).unwrap();
    let before = params.flat().to_vec();
    for _ in 0..10 {
        let g = tape.graph(params);
        g.backward(build(&g), &mut gradients);
        gradients.hold_unpermitted();
        drop(g);
        adam.step(params, &gradients).unwrap();
    }
    params.flat().iter().zip(before).map(|(&now, before)| now != before).collect()
}

fn batch(g: &Graph<'_, f32>) -> Var {
    g.literal(Shape::of_samples(&[2, 2]), &[1.0, 2.0, 3.0, 4.0])
}

#[test]
fn weights_on_columns_forbid_nothing_to_a_bias() {
    let mut params = Params::new();
    let w = params.add("w", &[1, 2], || 0.5);
    let b = params.add("b", &[1], || 0.5);
    let layer = |g: &Graph<'_, f32>| g.linear(batch(g), g.param(w), Some(g.param(b)));
    let moved = moved(
        &mut params,
        |g| g.sum(layer(g)),
        |g| {
            let none = g.literal(Shape::of_samples(&[2, 2]), &[0.0; 4]);
            g.sum(g.update_weighted_columns(none, || layer(g)))
        },
    );
    assert_eq!(moved, [false, false, true]);
}

#[test]
fn what_a_weight_is_made_of_is_held_with_it() {
    let mut params = Params::new();
    let w = params.add("w", &[1, 2], || 0.5);
    let layer = |g: &Graph<'_, f32>| g.linear(batch(g), g.scale(g.param(w), 2.0), None);
    let none = |g: &Graph<'_, f32>| g.literal(Shape::of_samples(&[2]), &[0.0; 2]);
    let held = moved(
        &mut params.clone(),
        |g| g.sum(layer(g)),
        |g| g.sum(g.update_weighted(none(g), || layer(g))),
    );
    assert_eq!(held, [false, false]);
    let with_penalty = moved(
        &mut params,
        |g| g.sum(layer(g)),
        |g| g.add(g.sum(g.update_weighted(none(g), || layer(g))), g.l1_norm(g.param(w))),
    );
    assert_eq!(with_penalty, [true, true], "a penalty may teach it");
}

#[test]
fn elements_of_a_shift_are_held_one_by_one() {
    let mut params = Params::new();
    let shift = params.add("shift", &[2], || 0.5);
    let add = |g: &Graph<'_, f32>| g.add(batch(g), g.param(shift));
    let moved = moved(
        &mut params,
        |g| g.sum(add(g)),
        |g| {
            let first = g.literal(Shape::of_samples(&[2, 2]), &[1.0, 0.0, 1.0, 0.0]);
            g.sum(g.update_weighted(first, || add(g)))
        },
    );
    assert_eq!(moved, [true, false]);
}

#[test]
fn a_held_parameter_needs_no_gradient() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[1], || 0.5);
    let v = params.add("v", &[1], || 0.5);
    let mut adam = Adam::new(&params, options(Decay::Coupled));
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let g = tape.graph(&params);
    g.backward(g.sum(g.param(w)), &mut gradients);
    gradients.hold(v);
    drop(g);
    adam.step(&mut params, &gradients).unwrap();
    assert_eq!(params.get(v), [0.5]);
}

#[test]
fn a_part_that_is_held_whole_makes_no_step() {
    let (mut params, w) = params();
    let parts = [Part::rows(w, 0..1), Part::rows(w, 1..3)];
    let mut adam = Adam::over(&params, parts, options(Decay::Coupled));
    let mut gradients = gradients(&params, w, 0, [1.0; ROWS], [1.0; COLUMNS]);
    gradients.hold_rows(w, 0..1);
    adam.step(&mut params, &gradients).unwrap();
    assert_eq!(adam.steps_by_part().collect::<Vec<_>>(), [0, 1]);
}

#[test]
#[should_panic(expected = "hold_rows")]
fn rows_that_end_before_they_start_are_refused() {
    let (params, w) = params();
    let mut gradients = gradients(&params, w, 0, [1.0; ROWS], [1.0; COLUMNS]);
    #[expect(clippy::reversed_empty_ranges, reason = "that is the mistake")]
    gradients.hold_rows(w, 4..1);
}
