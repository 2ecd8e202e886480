//! What moved a parameter in a step of Adam.

use gradroute_kernels::Real;

use super::adam::Adam;
use crate::params::{ParamId, Params};
use crate::routing::permission::Lines;

/// A parameter's movement in a step, taken apart by cause; each of its length, row-major. The three add up
/// to the movement, but for rounding.
#[derive(Clone, Debug, PartialEq)]
pub struct Movement {
    /// By the gradient of the step.
    pub gradient: Vec<f64>,
    /// By the gradients of earlier steps.
    pub momentum: Vec<f64>,
    /// By weight decay in this step; what coupled decay left in the first moment is momentum.
    pub decay: Vec<f64>,
}

impl<T: Real> Adam<T> {
    /// What moved the parameter `id` in the last step: `before` is this optimizer before it, and
    /// `params_before` the parameters. All 0 where it made no step, or several, or is another one than before.
    ///
    /// Adam moves a weight by `-lr / bias1 * m / denominator`, and `m` is the sum of `beta1` times its
    /// value before, `1 - beta1` times the gradient, and as much of coupled decay. Each of these has the
    /// same denominator, so the movement comes apart. A gradient of exactly 0 has a part of exactly 0.
    ///
    /// ```
    /// use gradroute_tape::optim::{Adam, AdamOptions};
    /// use gradroute_tape::{Gradients, Params, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let w = params.add("w", &[2], || 1.0);
    /// let mut adam = Adam::new(&params, AdamOptions::default());
    /// let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    /// for gain in [[1.0, 1.0], [1.0, 0.0]] {
    ///     let before = (adam.clone(), params.clone());
    ///     let g = tape.graph(&params);
    ///     let gain = g.literal(gradroute_tape::Shape::new(&[2]), &gain);
    ///     g.backward(g.sum(g.mul(g.param(w), gain)), &mut gradients);
    ///     adam.step(&mut params, &gradients).unwrap();
    ///     let moved = adam.movement(w, &before.0, &before.1, &params);
    ///     let whole = f64::from(params.get(w)[0] - before.1.get(w)[0]);
    ///     assert!((moved.gradient[0] + moved.momentum[0] - whole).abs() < 1e-7);
    ///     if adam.steps() == 2 {
    ///         assert!(moved.gradient[1] == 0.0 && moved.momentum[1] < -1e-4); // it moves all the same
    ///     }
    /// }
    /// ```
    ///
    /// # Panics
    /// If `id` is of other parameters.
    #[track_caller]
    pub fn movement(
        &self,
        id: ParamId,
        before: &Self,
        params_before: &Params<T>,
        params: &Params<T>,
    ) -> Movement {
        let zeros = || vec![0.0; params.get(id).len()];
        let mut found = Movement { gradient: zeros(), momentum: zeros(), decay: zeros() };
        let (first, second) = self.moments();
        let (first_before, second_before) = before.moments();
        if first.len() != first_before.len() {
            return found;
        }
        let (start, flat) = (params.range(id).start, params.flat());
        let flat_before = params_before.flat();
        let nothing_held = Lines::none(params.shape(id));
        for (part, step) in self.last_steps(before, id) {
            let follow = T::from_f64(1.0 - step.beta1);
            let coupled = T::from_f64(if step.decoupled { 0.0 } else { step.weight_decay });
            let off = if step.decoupled { step.lr * step.weight_decay } else { 0.0 };
            let root_bias2 = step.bias2.sqrt();
            part.for_each_range(&nothing_held, |range, own| {
                for (at, own) in range.zip(own..) {
                    let (m_before, m, v) = (first_before[own], first[own], second[own]);
                    let weight = flat_before[at];
                    let held = m == m_before && v == second_before[own] && flat[at] == weight;
                    if held {
                        continue;
                    }
                    let denominator = v.to_f64().sqrt() / root_bias2 + step.eps;
                    let factor = -(step.lr / step.bias1) / denominator;
                    let decay = (follow * (coupled * weight)).to_f64();
                    // As the kernel computes it, to the bit.
                    let without_gradient = m_before + follow * (coupled * weight - m_before);
                    let tiny = without_gradient.abs() < T::MIN_POSITIVE && m == T::ZERO;
                    let (i, still) = (at - start, without_gradient == m || tiny);
                    let momentum = match still {
                        true => m.to_f64() - decay,
                        false => (1.0 - follow.to_f64()) * m_before.to_f64(),
                    };
                    if !still {
                        found.gradient[i] = factor * (m.to_f64() - momentum - decay);
                    }
                    found.momentum[i] = factor * momentum;
                    found.decay[i] = factor * decay - off * weight.to_f64();
                }
            });
        }
        found
    }

    /// How far a unit of gradient moves each number of the parameter `id` at the moments as they are,
    /// by this step and those after it: `lr / (sqrt(v) / sqrt(bias2) + eps)`, downhill; 0 where it made no
    /// step. `rates` becomes these numbers, row-major, and keeps its memory.
    ///
    /// # Panics
    /// If `id` is of other parameters.
    #[track_caller]
    pub fn rates(&self, params: &Params<T>, id: ParamId, rates: &mut Vec<f64>) {
        rates.clear();
        rates.resize(params.get(id).len(), 0.0);
        let (start, nothing_held) = (params.range(id).start, Lines::none(params.shape(id)));
        for (part, step) in self.steps_made(id) {
            let root_bias2 = step.bias2.sqrt();
            part.for_each_range(&nothing_held, |range, own| {
                let rates = &mut rates[range.start - start..range.end - start];
                for (rate, v) in rates.iter_mut().zip(&self.moments().1[own..]) {
                    *rate = step.lr / (v.to_f64().sqrt() / root_bias2 + step.eps);
                }
            });
        }
    }
}
