//! Optimizers and their gradients.

use gradroute_tape::optim::{Adam, AdamOptions, MissingGradient, Sgd, UpdateError};
use gradroute_tape::{Gradients, Params, Shape, Tape};

use super::panics::{panic_of, says};

#[test]
fn parameters_without_a_gradient_are_named_and_nothing_is_changed() {
    let mut params = Params::<f32>::new();
    let ids =
        ["used", "detached", "frozen", "forgotten"].map(|name| params.add(name, &[2], || 1.5));
    params.freeze(ids[2]);
    let mut gradients = Gradients::new(&params);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let used = g.mul(g.param(ids[0]), g.detach(g.param(ids[1])));
    g.backward(g.sum(g.mul(used, g.param(ids[2]))), &mut gradients);
    let before = params.clone();
    let error = Adam::new(&params, AdamOptions::default())
        .step(&mut params, &gradients)
        .expect_err("two parameters got nothing");
    let UpdateError::Missing(MissingGradient { names }) = &error else { panic!("{error}") };
    assert_eq!(names, &["detached", "forgotten"]);
    says(&error.to_string(), &["detached, forgotten", "Freeze the parameters"]);
    let sgd = Sgd { lr: 0.1, weight_decay: 0.0 };
    assert_eq!(sgd.step(&mut params, &gradients), Err(error));
    assert_eq!(params.flat(), before.flat());
}

#[test]
fn an_optimizer_of_other_parameters_says_so() {
    let mut params = Params::<f32>::new();
    params.add("a", &[2], || 0.0);
    let mut adam = Adam::new(&params, AdamOptions::default());
    let text = panic_of(|| adam.restore([1], &[0.0; 3], &[0.0; 2]));
    says(&text, &["moments of 3 and 2 elements", "for 2 parameters"]);
    let b = params.add("b", &[3], || 0.0);
    let mut gradients = Gradients::new(&params);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let loss = g.add(g.sum(g.param(b)), g.sum(g.param(params.id("a").expect("added above"))));
    g.backward(loss, &mut gradients);
    let text = panic_of(|| adam.step(&mut params, &gradients));
    says(&text, &["made for 2 numbers", "there are 5", "after the last parameter"]);
}

#[test]
fn settings_that_no_optimizer_can_work_with_are_refused() {
    let params = Params::<f32>::new();
    let with = |change: fn(&mut AdamOptions)| {
        let mut options = AdamOptions::default();
        change(&mut options);
        panic_of(|| Adam::new(&params, options))
    };
    says(&with(|o| o.lr = -1e-3), &["AdamOptions::lr", "found -0.001"]);
    says(&with(|o| o.lr = f64::NAN), &["AdamOptions::lr", "found NaN"]);
    says(&with(|o| o.betas.0 = 1.0), &["betas.0", "below 1", "found 1"]);
    says(&with(|o| o.betas.1 = -0.1), &["betas.1", "found -0.1"]);
    for eps in [-1.0, 0.0] {
        let options = AdamOptions { eps, ..Default::default() };
        says(&panic_of(|| Adam::new(&params, options)), &["AdamOptions::eps"]);
    }
    says(&with(|o| o.eps = 1e-50), &["AdamOptions::eps is 1e-50, which is 0", "32 bits"]);
    says(&with(|o| o.lr = 1e39), &["AdamOptions::lr is 1e39, which is inf", "32 bits"]);
    says(&with(|o| o.weight_decay = f64::INFINITY), &["weight_decay", "found inf"]);
    let mut adam = Adam::new(&params, AdamOptions::default());
    says(&panic_of(|| adam.set_lr(-1.0)), &["learning rate", "found -1"]);
}

#[test]
fn gradients_that_are_not_finite_or_already_used_make_no_step() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[2], || 1.0);
    let mut gradients = Gradients::new(&params);
    let mut adam = Adam::new(&params, AdamOptions::default());
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let bad = g.literal(Shape::new(&[2]), &[1.0, f32::NAN]);
    g.backward(g.sum(g.mul(g.param(w), bad)), &mut gradients);
    let error = adam.step(&mut params, &gradients).expect_err("a gradient is NaN");
    says(&error.to_string(), &["element 1", "`w`", "NaN"]);
    assert_eq!((params.flat(), adam.steps()), (&[1.0, 1.0][..], 0));

    let g = tape.graph(&params);
    g.backward(g.sum(g.param(w)), &mut gradients);
    adam.step(&mut params, &gradients).expect("a gradient of ones");
    let text = panic_of(|| adam.step(&mut params, &gradients));
    says(&text, &["step was made with these gradients already", "backward again"]);
    let g = tape.graph(&params);
    let text = panic_of(|| g.backward_more(g.sum(g.param(w)), &mut gradients));
    says(&text, &["backward_more: a step was made with what these gradients hold already"]);

    // Nor does it help that another step lies between.
    let mut others = Gradients::new(&params);
    let g = tape.graph(&params);
    g.backward(g.sum(g.param(w)), &mut gradients);
    g.backward(g.sum(g.param(w)), &mut others);
    adam.step(&mut params, &gradients).expect("the first");
    adam.step(&mut params, &others).expect("the second");
    says(&panic_of(|| adam.step(&mut params, &gradients)), &["or with later ones"]);
}
