//! Adam and AdamW, one pass over parameters, gradients and moments.

use crate::isa::Kernel;
use crate::tasks::{self, Shared, piece};
use crate::vector::Vector;
use crate::{Isa, Real};

/// Elements a task takes.
const CHUNK: usize = 16 * 1024;

/// The numbers of one step, the same for all parameters. They are `f64` in both precisions, as
/// in PyTorch: 1 - beta2 formed in `f32` would be off by 5e-5 of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// Learning rate.
    pub lr: f64,
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the denominator.
    pub eps: f64,
    /// Factor of the L2 term; 0 for none.
    pub weight_decay: f64,
    /// Whether the decay acts on the parameters directly (AdamW) instead of being added to the
    /// gradient.
    pub decoupled: bool,
    /// 1 - beta1^t, t counted from 1.
    pub bias1: f64,
    /// 1 - beta2^t.
    pub bias2: f64,
}

/// One step on `params`, updating the moments `m` and `v`. All slices have one length.
///
/// The formula and its order of operations are those of PyTorch's single-tensor Adam
/// (Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019 for the decoupled decay), each
/// coefficient computed in `f64` and rounded once:
///
/// ```text
/// g = grad + weight_decay * p                          (coupled)
/// p = p * (1 - lr * weight_decay)                      (decoupled)
/// m = m + (1 - beta1) * (g - m)
/// v = beta2 * v + ((1 - beta2) * g) * g
/// p = p + (-lr / bias1 * m) / (sqrt(v) / sqrt(bias2) + eps)
/// ```
///
/// One thing differs: numbers too small to matter become +0, as some processors take a hundred
/// times as long for arithmetic on subnormal numbers. Moments do so where they would be subnormal
/// themselves, below 2^-126 in `f32`; parameters below the square root of that, 2^-63 = 1.1e-19,
/// as products of two such would be subnormal. Units that never fire again bring this about:
/// their moments shrink at every step, and weight decay takes their weights down with them, until
/// a third of all weights is near 1e-33 and a step takes five times as long.
///
/// # Panics
/// If lengths differ.
pub fn step<T: Real>(params: &mut [T], grads: &[T], m: &mut [T], v: &mut [T], adam: &AdamStep) {
    let len = params.len();
    assert!(
        grads.len() == len && m.len() == len && v.len() == len,
        "adam::step: {len} parameters, {} gradients, {} and {} moments",
        grads.len(),
        m.len(),
        v.len()
    );
    let isa = Isa::current();
    let coefficients = Coefficients::new(adam);
    let (params, m, v) = (Shared::new(params), Shared::new(m), Shared::new(v));
    tasks::for_each(len.div_ceil(CHUNK), |task| {
        let range = piece(task, CHUNK, len);
        let grads = &grads[range.clone()];
        // SAFETY: the chunks of different tasks do not overlap.
        let (params, m, v) =
            unsafe { (params.part(range.clone()), m.part(range.clone()), v.part(range)) };
        isa.dispatch(Update { params, grads, m, v, coefficients });
    });
}

#[derive(Clone, Copy)]
struct Coefficients<T> {
    decay_gradient: T,
    keep_param: T,
    follow: T,
    keep_square: T,
    add_square: T,
    /// The smallest gradient whose share of the second moment is not subnormal.
    smallest: T,
    smallest_param: T,
    minus_step: T,
    root_bias2: T,
    eps: T,
}

impl<T: Real> Coefficients<T> {
    fn new(adam: &AdamStep) -> Self {
        let (coupled, decoupled) =
            if adam.decoupled { (0.0, adam.weight_decay) } else { (adam.weight_decay, 0.0) };
        Coefficients {
            decay_gradient: T::from_f64(coupled),
            keep_param: T::from_f64(1.0 - adam.lr * decoupled),
            follow: T::from_f64(1.0 - adam.beta1),
            keep_square: T::from_f64(adam.beta2),
            add_square: T::from_f64(1.0 - adam.beta2),
            smallest_param: T::MIN_POSITIVE.sqrt(),
            smallest: T::from_f64((T::MIN_POSITIVE.to_f64() / (1.0 - adam.beta2)).sqrt()),
            minus_step: T::from_f64(-(adam.lr / adam.bias1)),
            root_bias2: T::from_f64(adam.bias2.sqrt()),
            eps: T::from_f64(adam.eps),
        }
    }
}

struct Update<'a, T> {
    params: &'a mut [T],
    grads: &'a [T],
    m: &'a mut [T],
    v: &'a mut [T],
    coefficients: Coefficients<T>,
}

impl<T: Real> Kernel for Update<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call<V: Vector>(self) {
        let c = self.coefficients;
        let moments = self.m.iter_mut().zip(self.v);
        for ((param, &grad), (m, v)) in self.params.iter_mut().zip(self.grads).zip(moments) {
            let g = grad + c.decay_gradient * *param;
            let p = *param * c.keep_param;
            let square = if g.abs() < c.smallest { T::ZERO } else { c.add_square * g * g };
            *m = or_zero(*m + c.follow * (g - *m), T::MIN_POSITIVE);
            *v = or_zero(c.keep_square * *v + square, T::MIN_POSITIVE);
            let step = c.minus_step * *m / (v.sqrt() / c.root_bias2 + c.eps);
            *param = or_zero(p + step, c.smallest_param);
        }
    }
}

/// `x`, or +0 if it is smaller than `least`; NaN stays.
#[inline(always)]
fn or_zero<T: Real>(x: T, least: T) -> T {
    if x.abs() < least { T::ZERO } else { x }
}
