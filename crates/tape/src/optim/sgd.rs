//! Stochastic gradient descent.

use gradroute_kernels::{Real, elementwise};

use super::trained::{UpdateError, for_each_trained, ready, require, require_as};
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
    /// Updates every parameter that is not frozen.
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
        ready(params, gradients)?;
        let (lr, decay) = (T::from_f64(self.lr), T::from_f64(self.weight_decay));
        for_each_trained(params, |params, range| {
            let gradient = &gradients.flat()[range.clone()];
            let flat = &mut params.flat_mut()[range];
            elementwise::update1(flat, gradient, |p, g| p - lr * (g + decay * p));
        });
        Ok(())
    }
}
