//! The optimizers against their textbook formulas, written out in f64.

use gradroute_kernels::random::Stream;
use gradroute_tape::optim::{Adam, AdamOptions, Decay, Sgd};
use gradroute_tape::{Gradients, Params, Real, Shape, Tape};

const COUNT: usize = 37;
const STEPS: usize = 12;

fn initial<T: Real>() -> Params<T> {
    let mut stream = Stream::new(0, "parameters", 0);
    let mut params = Params::new();
    for (name, count) in [("a", 5), ("b", COUNT - 5)] {
        params.add(name, &[count], || T::from_f64(stream.normal()));
    }
    params
}

/// What step `step` finds as the gradient.
fn gradient(step: usize) -> Vec<f64> {
    let mut stream = Stream::new(1, "gradient", step as u64);
    (0..COUNT).map(|_| f64::from(stream.normal() as f32)).collect()
}

/// Gradients that hold `values`: those of `sum(values * params)`.
fn received<T: Real>(params: &Params<T>, values: &[f64]) -> Gradients<T> {
    let mut gradients = Gradients::new(params);
    let mut tape = Tape::new();
    let g = tape.graph(params);
    let terms = params.ids().filter(|&id| !params.is_frozen(id)).map(|id| {
        let values: Vec<T> = values[params.range(id)].iter().map(|&v| T::from_f64(v)).collect();
        g.sum(g.mul(g.param(id), g.literal(Shape::new(&[values.len()]), &values)))
    });
    g.backward(terms.reduce(|a, b| g.add(a, b)).expect("parameters"), &mut gradients);
    gradients
}

/// Kingma and Ba's algorithm 1, with either kind of weight decay.
fn adam_by_hand(options: &AdamOptions) -> Vec<f64> {
    let mut params: Vec<f64> = initial::<f64>().flat().to_vec();
    let (mut m, mut v) = (vec![0.0; COUNT], vec![0.0; COUNT]);
    let AdamOptions { lr, betas: (beta1, beta2), eps, weight_decay, decay } = *options;
    for step in 0..STEPS {
        for (i, g) in gradient(step).into_iter().enumerate() {
            let mut g = g;
            match decay {
                Decay::Coupled => g += weight_decay * params[i],
                Decay::Decoupled => params[i] -= lr * weight_decay * params[i],
            }
            m[i] = beta1 * m[i] + (1.0 - beta1) * g;
            v[i] = beta2 * v[i] + (1.0 - beta2) * g * g;
            let t = step as i32 + 1;
            let m_hat = m[i] / (1.0 - beta1.powi(t));
            let v_hat = v[i] / (1.0 - beta2.powi(t));
            params[i] -= lr * m_hat / (v_hat.sqrt() + eps);
        }
    }
    params
}

fn adam_on_the_tape<T: Real>(options: AdamOptions) -> Vec<f64> {
    let mut params = initial::<T>();
    let mut adam = Adam::new(&params, options);
    for step in 0..STEPS {
        let gradients = received(&params, &gradient(step));
        adam.step(&mut params, &gradients).expect("all received a gradient");
    }
    assert_eq!(adam.steps(), STEPS as u64);
    params.flat().iter().map(|v| v.to_f64()).collect()
}

#[track_caller]
fn assert_within(found: &[f64], expected: &[f64], tolerance: f64) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{found} instead of {expected}");
    }
}

fn adam_follows_the_formula(decay: Decay) {
    for weight_decay in [0.0, 0.3] {
        let options = AdamOptions { lr: 0.05, betas: (0.8, 0.95), eps: 1e-6, weight_decay, decay };
        let by_hand = adam_by_hand(&options);
        let start = initial::<f64>();
        let moved = by_hand.iter().zip(start.flat()).map(|(a, b)| (a - b).abs());
        assert!(moved.fold(0.0, f64::max) > 0.1, "the steps go somewhere");
        assert_within(&adam_on_the_tape::<f64>(options), &by_hand, 1e-13);
        assert_within(&adam_on_the_tape::<f32>(options), &by_hand, 3e-6);
    }
}

#[test]
fn adam_with_coupled_decay_follows_the_formula() {
    adam_follows_the_formula(Decay::Coupled);
}

#[test]
fn adam_with_decoupled_decay_follows_the_formula() {
    adam_follows_the_formula(Decay::Decoupled);
}

#[test]
fn sgd_follows_the_formula() {
    let sgd = Sgd { lr: 0.1, weight_decay: 0.2 };
    let mut params = initial::<f64>();
    let mut by_hand = params.flat().to_vec();
    for step in 0..STEPS {
        let values = gradient(step);
        let gradients = received(&params, &values);
        sgd.step(&mut params, &gradients).expect("all received a gradient");
        for (p, g) in by_hand.iter_mut().zip(values) {
            *p -= 0.1 * (g + 0.2 * *p);
        }
    }
    assert_within(params.flat(), &by_hand, 1e-14);
}

#[test]
fn a_restored_adam_goes_on_with_the_same_bits() {
    let options = AdamOptions { weight_decay: 0.01, ..Default::default() };
    let mut params = initial::<f32>();
    let mut adam = Adam::new(&params, options);
    for step in 0..5 {
        let gradients = received(&params, &gradient(step));
        adam.step(&mut params, &gradients).expect("all received a gradient");
    }
    let mut resumed_params = params.clone();
    let mut resumed = Adam::new(&resumed_params, options);
    let (first, second) = adam.moments();
    resumed.restore(adam.steps_by_part(), first, second);
    for step in 5..STEPS {
        let gradients = received(&params, &gradient(step));
        adam.step(&mut params, &gradients).expect("all received a gradient");
        resumed.step(&mut resumed_params, &gradients).expect("all received a gradient");
    }
    let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(params.flat()), bits(resumed_params.flat()));
    assert_eq!(adam.moments(), resumed.moments());
    assert_eq!(adam.steps(), resumed.steps());
}

#[test]
fn the_learning_rate_can_change_between_steps() {
    let mut params = initial::<f64>();
    let mut adam = Adam::new(&params, AdamOptions::default());
    adam.set_lr(0.0);
    let gradients = received(&params, &gradient(0));
    adam.step(&mut params, &gradients).expect("all received a gradient");
    assert_eq!(params.flat(), initial::<f64>().flat());
    adam.set_lr(0.1);
    let gradients = received(&params, &gradient(0));
    adam.step(&mut params, &gradients).expect("all received a gradient");
    assert!(params.flat().iter().zip(initial::<f64>().flat()).all(|(a, b)| a != b));
}

#[test]
fn frozen_parameters_keep_their_bits_and_the_others_are_updated_as_usual() {
    for frozen in ["a", "b"] {
        let mut params = initial::<f32>();
        let (start, mut all) = (params.clone(), params.clone());
        let frozen = params.id(frozen).expect("it was added");
        params.freeze(frozen);
        let options = AdamOptions { weight_decay: 0.1, ..Default::default() };
        let (mut adam, mut adam_of_all) = (Adam::new(&params, options), Adam::new(&all, options));
        let sgd = Sgd { lr: 0.1, weight_decay: 0.1 };
        for step in 0..3 {
            let gradients = received(&params, &gradient(step));
            assert_eq!(gradients.get(frozen), None);
            adam.step(&mut params, &gradients).expect("frozen ones need no gradient");
            let gradients = received(&params, &gradient(step));
            sgd.step(&mut params, &gradients).expect("frozen ones need no gradient");
            let gradients = received(&all, &gradient(step));
            adam_of_all.step(&mut all, &gradients).expect("all received a gradient");
            let gradients = received(&all, &gradient(step));
            sgd.step(&mut all, &gradients).expect("all received a gradient");
        }
        for id in params.ids() {
            let expected = if id == frozen { start.get(id) } else { all.get(id) };
            let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(params.get(id)), bits(expected), "`{}`", params.name(id));
        }
        params.thaw(frozen);
        assert!(!params.is_frozen(frozen));
    }
}
