//! Stochastic gradient descent.

use gradroute_kernels::{Real, elementwise};

use super::part::{Part, Placed};
use super::trained::{UpdateError, ready, require, require_as, use_once};
use crate::gradients::Gradients;
use crate::params::Params;

/// `p -= lr * (gradient + weight_decay * p)`.
#[derive(Clone, Copy, Debug)]
pub struct Sgd {
    /// The learning rate.
    pub lr: f64,
    /// The factor of the L2 term added to the gradient.
    pub weight_decay: f64,
}

impl Sgd {
    /// Updates every parameter that is neither frozen nor [held](Gradients::hold).
    ///
    /// # Errors
    /// If one of them received no gradient, or one that is not finite; nothing is changed then.
    ///
    /// # Panics
    /// If learning rate or weight decay is negative or not finite, the gradients are of other
    /// parameters, or the last step was made with them already.
    #[track_caller]
    pub fn step<T: Real>(
        &self,
        params: &mut Params<T>,
        gradients: &Gradients<T>,
    ) -> Result<(), UpdateError> {
        require("Sgd::lr", self.lr, 0.0..f64::INFINITY);
        require("Sgd::weight_decay", self.weight_decay, 0.0..f64::INFINITY);
        require_as::<T>("Sgd::lr", self.lr);
        require_as::<T>("Sgd::weight_decay", self.weight_decay);
        ready(params, gradients, params.ids())?;
        use_once(params.used_pass_mut(), gradients);
        let (lr, decay) = (T::from_f64(self.lr), T::from_f64(self.weight_decay));
        for id in params.ids() {
            let (part, held) = (Placed::new(params, Part::all(id), 0), gradients.held(id.index()));
            if params.is_frozen(part.id) || held.is_all() {
                continue;
            }
            part.for_each_range(held, |range, _| {
                let gradient = &gradients.flat()[range.clone()];
                let flat = &mut params.flat_mut()[range];
                elementwise::update1(flat, gradient, |p, g| p - lr * (g + decay * p));
            });
        }
        Ok(())
    }
}
