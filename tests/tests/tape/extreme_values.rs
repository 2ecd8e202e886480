//! Values and gradients where a formula taken literally would overflow or lose what it is about.

use gradroute_tape::{Gradients, Graph, Params, Shape, Tape, Var};

/// The value of a function of one number and its derivative there, in f32.
fn at(x: f32, f: impl Fn(&Graph<'_, f32>, Var) -> Var) -> (f32, f32) {
    let mut params = Params::<f32>::new();
    let id = params.add("x", &[1], || x);
    let mut gradients = Gradients::new(&params);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let y = f(&g, g.param(id));
    g.backward(g.sum(y), &mut gradients);
    (g.value(y)[0], gradients.get(id).unwrap()[0])
}

const HUGE: f32 = 1e30;

#[test]
fn gated_units_are_the_identity_far_to_the_right_and_nothing_far_to_the_left() {
    for x in [HUGE, f32::INFINITY] {
        assert_eq!(at(x, |g, x| g.gelu(x)), (x, 1.0));
        assert_eq!(at(x, |g, x| g.silu(x)), (x, 1.0));
        assert_eq!(at(x, |g, x| g.softplus(x)), (x, 1.0));
    }
    for (_, slope) in [at(-HUGE, |g, x| g.gelu(x)), at(-HUGE, |g, x| g.silu(x))] {
        assert_eq!(slope, 0.0);
    }
    assert_eq!(at(-HUGE, |g, x| g.softplus(x)), (0.0, 0.0));
}

#[test]
fn a_gelu_keeps_the_digits_of_its_tail() {
    for x in [-4.0f32, -5.0, -5.5, -7.0] {
        let u = 0.7978845608028654 * (f64::from(x) + 0.044715 * f64::from(x).powi(3));
        let exact = f64::from(x) / (1.0 + (-2.0 * u).exp());
        let (value, _) = at(x, |g, x| g.gelu(x));
        assert!((f64::from(value) / exact - 1.0).abs() < 1e-5, "{x}: {value:e} for {exact:e}");
    }
}

#[test]
fn a_constant_row_is_normalised_to_zeros() {
    for x in [1000.1f32, 12345.7, 1e6 + 0.3] {
        let mut tape = Tape::<f32>::new();
        let params = Params::new();
        let g = tape.graph(&params);
        let row = g.literal(Shape::of_samples(&[1, 1001]), &[x; 1001]);
        assert!(g.value(g.layer_norm(row, None, None, 1e-5)).iter().all(|&y| y == 0.0));
    }
}

#[test]
fn the_gradient_of_a_quotient_holds_where_the_square_of_the_divisor_does_not() {
    for b in [1e-25f32, 1e25] {
        let a = b;
        let (_, slope) = at(b, |g, b| g.div(g.literal(Shape::new(&[1]), &[a]), b));
        assert!((slope * b + 1.0).abs() < 1e-5, "{slope:e} for {b:e}");
    }
}

#[test]
fn a_norm_is_that_of_numbers_whose_squares_are_out_of_range() {
    for (number, norm) in [(1e-200, 3e-200), (1e200, 3e200), (f64::INFINITY, f64::INFINITY)] {
        let mut params = Params::<f64>::new();
        let id = params.add("x", &[9], || 0.0);
        let mut gradients = Gradients::new(&params);
        let mut tape = Tape::new();
        let g = tape.graph(&params);
        g.backward(g.sum(g.scale(g.param(id), 1.0)), &mut gradients);
        gradients.get_mut(id).expect("received").fill(number);
        let found = gradients.norm();
        assert!(found == norm || (found / norm - 1.0).abs() < 1e-12, "{found:e} for {norm:e}");
    }
}

#[test]
fn a_softplus_keeps_the_digits_of_small_values() {
    let (value, slope) = at(-30.0, |g, x| g.softplus(x));
    assert!((f64::from(value) / (-30f64).exp() - 1.0).abs() < 1e-6, "{value:e}");
    assert!((f64::from(slope) / (-30f64).exp() - 1.0).abs() < 1e-6, "{slope:e}");
}

#[test]
fn a_binary_cross_entropy_keeps_the_digits_of_what_is_nearly_right() {
    let of = |logit: f32, target: f32| {
        at(logit, |g, x| {
            g.binary_cross_entropy_with_logits(x, g.literal(Shape::new(&[1]), &[target]))
        })
    };
    for (right, wrong, target) in [(30.0, -30.0, 1.0), (-30.0, 30.0, 0.0)] {
        let (loss, slope) = of(right, target);
        assert!((f64::from(loss) / (-30f64).exp() - 1.0).abs() < 1e-6, "{loss:e}");
        assert!((f64::from(slope.abs()) / (-30f64).exp() - 1.0).abs() < 1e-6, "{slope:e}");
        assert_eq!(of(wrong, target).0, 30.0);
        assert_eq!(of(right * f32::INFINITY, target).0, 0.0);
        assert_eq!(of(wrong * f32::INFINITY, target).0, f32::INFINITY);
    }
}

#[test]
fn what_was_large_once_and_is_not_reached_now_is_forgotten() {
    let mut params = Params::<f32>::new();
    let [a, b] = ["a", "b"].map(|name| params.add(name, &[1], || 1.0));
    let mut gradients = Gradients::new(&params);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    g.backward(g.sum(g.scale(g.param(a), f64::NAN)), &mut gradients);
    assert!(!gradients.are_usable());
    g.backward(g.sum(g.param(b)), &mut gradients);
    assert!(gradients.are_usable() && gradients.norm() == 1.0);
}

#[test]
fn a_norm_of_numbers_that_are_too_large_to_be_squared_is_right() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[2], || 1.0);
    let mut gradients = Gradients::new(&params);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let factors = g.literal(Shape::new(&[2]), &[3e200, 4e200]);
    g.backward(g.sum(g.mul(g.param(w), factors)), &mut gradients);
    assert!((gradients.clip(1.0) / 5e200 - 1.0).abs() < 1e-12);
    assert!((gradients.norm() - 1.0).abs() < 1e-12);
}
