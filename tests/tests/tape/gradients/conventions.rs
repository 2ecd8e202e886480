//! Derivatives at kinks, where differences have nothing to say: a convention decides.

use gradroute_tape::{Gradients, Graph, Params, Real, Shape, Tape, Var};

/// The gradient of the sum of `build(x)` at `at`.
fn gradient<T: Real>(at: &[f64], build: impl Fn(&Graph<'_, T>, Var) -> Var) -> Vec<f64> {
    let mut params = Params::<T>::new();
    let mut values = at.iter();
    let x = params.add("x", &[1, at.len()], || T::from_f64(*values.next().expect("one each")));
    let mut tape = Tape::new();
    let mut gradients = Gradients::new(&params);
    let g = tape.graph(&params);
    let y = build(&g, g.param(x));
    g.backward(g.sum(y), &mut gradients);
    gradients.get(x).expect("x is used").iter().map(|v| v.to_f64()).collect()
}

fn kinks_have_derivative_zero<T: Real>() {
    let at = [-1.0, -0.0, 0.0, 1.0];
    assert_eq!(gradient::<T>(&at, |g, x| g.relu(x)), [0.0, 0.0, 0.0, 1.0]);
    assert_eq!(gradient::<T>(&at, |g, x| g.abs(x)), [-1.0, 0.0, 0.0, 1.0]);
    assert_eq!(gradient::<T>(&at, |g, x| g.l1_norm(x)), [-1.0, 0.0, 0.0, 1.0]);
    let zero = |g: &Graph<'_, T>| g.literal(Shape::new(&[1, 4]), &[T::ZERO; 4]);
    assert_eq!(gradient::<T>(&at, |g, x| g.absolute_error(x, zero(g))), [-0.25, 0.0, 0.0, 0.25]);
    assert_eq!(gradient::<T>(&at, |g, x| g.absolute_error(zero(g), x)), [-0.25, 0.0, 0.0, 0.25]);
    let identity = |g: &Graph<'_, T>| {
        let eye = |i: usize| if i.is_multiple_of(5) { T::ONE } else { T::ZERO };
        g.literal(Shape::new(&[4, 4]), &std::array::from_fn::<T, 16, _>(eye))
    };
    assert_eq!(
        gradient::<T>(&at, |g, x| g.linear_relu(x, identity(g), None)),
        [0.0, 0.0, 0.0, 1.0]
    );
}

#[test]
fn relu_and_abs_have_derivative_zero_at_zero_in_f32() {
    kinks_have_derivative_zero::<f32>();
}

#[test]
fn relu_and_abs_have_derivative_zero_at_zero_in_f64() {
    kinks_have_derivative_zero::<f64>();
}

#[test]
fn relu_turns_minus_zero_into_plus_zero_and_lets_nan_pass() {
    let params = Params::<f32>::new();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::new(&[4]), &[-0.0, f32::NAN, f32::MIN_POSITIVE / 2.0, -1e-45]);
    let y = g.relu(x);
    let y = g.value(y);
    assert_eq!(y[0].to_bits(), 0);
    assert!(y[1].is_nan());
    assert_eq!(y[2], f32::MIN_POSITIVE / 2.0);
    assert_eq!(y[3].to_bits(), 0);
}
