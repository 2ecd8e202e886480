//! The laws of routing, which hold for every op: an adjoint of exactly 0 passes on exactly 0, whatever
//! the values are; a sample that the loss does not count leaves no trace; a mask of ones changes no
//! bit.

use gradroute_kernels::random::Stream;
use gradroute_tape::{Gradients, Graph, ParamId, Params, Shape, Tape, Var};

use crate::case::{Case, Constants, Precision, Sizes};
use crate::registry::cases;

/// Random extents for each case.
const POINTS: u64 = 25;

const SPECIAL: [f64; 9] =
    [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e-40, -3e38, 1e-310, 2.0];

/// Fills a parameter's first `count` elements with special values.
fn spoil<T: Precision>(params: &mut Params<T>, id: ParamId, count: usize, seed: u64) {
    let mut stream = Stream::new(seed, "special", id.index() as u64);
    for slot in &mut params.get_mut(id)[..count] {
        *slot = T::from_f64(SPECIAL[stream.below(SPECIAL.len() as u64) as usize]);
    }
}

/// The gradients of `sum(weights * case)`, as many of them as were received.
fn gradients_of<T: Precision>(
    case: &Case,
    params: &Params<T>,
    sizes: Sizes,
    seed: u64,
    operand: impl Fn(&Graph<'_, T>, ParamId) -> Var,
    weight: impl Fn(Shape, usize) -> f64,
) -> Vec<Option<Vec<T>>> {
    let mut tape = Tape::new();
    let mut gradients = Gradients::new(params);
    let g = tape.graph(params);
    let x: Vec<Var> = params.ids().map(|id| operand(&g, id)).collect();
    let out = T::build(case)(&g, &x, sizes, Constants { seed });
    let shape = g.shape(out);
    let weights: Vec<T> = (0..shape.len()).map(|i| T::from_f64(weight(shape, i))).collect();
    let flat = g.reshape(out, &[shape.len()]);
    let weights = g.literal(Shape::new(&[shape.len()]), &weights);
    g.backward(g.weighted_sum(flat, weights), &mut gradients);
    params.ids().map(|id| gradients.get(id).map(<[T]>::to_vec)).collect()
}

/// Calls `law` for each case at random extents.
fn for_all<T: Precision>(law: impl Fn(&Case, Sizes, u64, Params<T>)) {
    for case in cases() {
        for seed in 0..POINTS {
            let sizes = (case.sizes)(Sizes::small(seed));
            let (params, _) = case.params::<T>(sizes, seed);
            law(&case, sizes, seed, params);
        }
    }
}

fn an_adjoint_of_zero<T: Precision>() {
    for_all::<T>(|case, sizes, seed, mut params| {
        for id in params.ids() {
            let count = params.get(id).len();
            spoil(&mut params, id, count, seed);
        }
        let found = gradients_of(case, &params, sizes, seed, |g, id| g.param(id), |_, _| 0.0);
        for gradient in found.into_iter().flatten() {
            assert!(
                gradient.iter().all(|&v| v == T::ZERO),
                "{} at {sizes:?}: {gradient:?} of {:?}",
                case.name,
                params.flat()
            );
        }
    });
}

#[test]
fn an_adjoint_of_zero_passes_on_zero_whatever_the_values_are() {
    an_adjoint_of_zero::<f32>();
    an_adjoint_of_zero::<f64>();
}

fn a_sample_of_weight_zero<T: Precision>() {
    for_all::<T>(|case, sizes, seed, params| {
        let by_sample: Vec<ParamId> = params
            .ids()
            .zip((case.operands)(sizes))
            .filter(|(_, operand)| operand.shape.carries_samples() && operand.shape.dims()[0] > 0)
            .map(|(id, _)| id)
            .collect();
        let mut spoiled = params.clone();
        for &id in &by_sample {
            let row = params.get(id).len() / params.shape(id).dims()[0];
            spoil(&mut spoiled, id, row, seed);
        }
        // Sample 0 is not counted.
        let weight = |shape: Shape, i: usize| match shape.rows() {
            (_, row) if i < row => 0.0,
            _ => ((i * 7919) % 13) as f64 / 4.0 - 1.0,
        };
        if by_sample.is_empty() {
            return;
        }
        let of = |params: &Params<T>| {
            gradients_of(case, params, sizes, seed, |g, id| g.param(id), weight)
        };
        for (expected, found) in of(&params).into_iter().zip(of(&spoiled)) {
            assert_eq!(expected, found, "{} at {sizes:?}", case.name);
        }
    });
}

#[test]
fn a_sample_of_weight_zero_leaves_no_trace_whatever_it_holds() {
    a_sample_of_weight_zero::<f32>();
    a_sample_of_weight_zero::<f64>();
}

fn a_mask_of_ones<T: Precision>() {
    for_all::<T>(|case, sizes, seed, params| {
        let weight = |_: Shape, i: usize| ((i * 7919) % 13) as f64 / 4.0 - 1.0;
        let plain = gradients_of(case, &params, sizes, seed, |g, id| g.param(id), weight);
        let ones = |g: &Graph<'_, T>, id: ParamId| {
            let (x, shape) = (g.param(id), params.shape(id));
            g.route(x, g.literal(shape, &vec![T::ONE; shape.len()]))
        };
        let routed = gradients_of(case, &params, sizes, seed, ones, weight);
        let bits = |gradients: Vec<Option<Vec<T>>>| -> Vec<Option<Vec<u64>>> {
            let of_one = |v: Vec<T>| v.into_iter().map(|v| v.to_f64().to_bits()).collect();
            gradients.into_iter().map(|gradient| gradient.map(of_one)).collect()
        };
        assert_eq!(bits(plain), bits(routed), "{} at {sizes:?}", case.name);
    });
}

#[test]
fn a_mask_of_ones_changes_no_bit() {
    a_mask_of_ones::<f32>();
    a_mask_of_ones::<f64>();
}
