//! Stochastic gradient descent.

use gradroute_kernels::{Real, elementwise};

use super::trained::{MissingGradient, for_each_trained, ready};
use crate::params::{Gradients, Params};

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
    /// [`MissingGradient`] if one of them received no gradient; nothing is changed then.
    pub fn step<T: Real>(
        &self,
        params: &mut Params<T>,
        gradients: &Gradients<T>,
    ) -> Result<(), MissingGradient> {
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
