//! Adam (Kingma and Ba 2014, arXiv 1412.6980), as PyTorch's `torch.optim.Adam` computes it.

use gradroute_kernels::{Real, adam};

use super::trained::{UpdateError, for_each_trained, ready, require, require_as};
use crate::gradients::Gradients;
use crate::params::Params;

/// Where weight decay enters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decay {
    /// Added to the gradient, so that it passes through the moments (PyTorch's `Adam`).
    #[default]
    Coupled,
    /// Taken off the parameter beside the step: this is AdamW (Loshchilov and Hutter 2017, arXiv
    /// 1711.05101).
    Decoupled,
}

/// The settings of [`Adam`]; the default is PyTorch's.
#[derive(Clone, Copy, Debug)]
pub struct AdamOptions {
    /// The learning rate.
    pub lr: f64,
    /// Decay rates of the first and second moment.
    pub betas: (f64, f64),
    /// Added to the denominator.
    pub eps: f64,
    /// The factor of weight decay.
    pub weight_decay: f64,
    /// Where weight decay enters.
    pub decay: Decay,
}

impl Default for AdamOptions {
    fn default() -> Self {
        Self { lr: 1e-3, betas: (0.9, 0.999), eps: 1e-8, weight_decay: 0.0, decay: Decay::Coupled }
    }
}

/// The optimizer's state: both moments of every parameter, and the number of steps.
#[derive(Clone, Debug)]
pub struct Adam<T: Real> {
    options: AdamOptions,
    first: Vec<T>,
    second: Vec<T>,
    steps: u64,
    /// `beta^steps`, kept as running products: `powi` may differ between platforms.
    powers: (f64, f64),
}

impl<T: Real> Adam<T> {
    /// An optimizer for `params`, moments 0.
    ///
    /// # Panics
    /// If the learning rate or the weight decay is negative or not finite, eps is not above 0, or a beta
    /// is not from 0 to below 1; in the parameters' precision, in which 1e-50 is 0 and 1e39 infinite
    /// for f32.
    #[track_caller]
    pub fn new(params: &Params<T>, options: AdamOptions) -> Self {
        let AdamOptions { lr, betas, eps, weight_decay, .. } = options;
        require("AdamOptions::lr", lr, 0.0..f64::INFINITY);
        require("AdamOptions::betas.0", betas.0, 0.0..1.0);
        require("AdamOptions::betas.1", betas.1, 0.0..1.0);
        require("AdamOptions::eps", eps, f64::MIN_POSITIVE..f64::INFINITY);
        require("AdamOptions::weight_decay", weight_decay, 0.0..f64::INFINITY);
        require_as::<T>("AdamOptions::lr", lr);
        require_as::<T>("AdamOptions::eps", eps);
        require_as::<T>("AdamOptions::weight_decay", weight_decay);
        let zeros = || vec![T::ZERO; params.flat().len()];
        Self { options, first: zeros(), second: zeros(), steps: 0, powers: (1.0, 1.0) }
    }

    /// Sets the learning rate of the steps to come.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn set_lr(&mut self, lr: f64) {
        require("the learning rate", lr, 0.0..f64::INFINITY);
        require_as::<T>("the learning rate", lr);
        self.options.lr = lr;
    }

    /// The settings.
    pub fn options(&self) -> &AdamOptions {
        &self.options
    }

    /// How many steps were made.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The first and second moments, laid out as [`Params::flat`].
    pub fn moments(&self) -> (&[T], &[T]) {
        (&self.first, &self.second)
    }

    /// Takes up the state that [`Adam::steps`] and [`Adam::moments`] gave.
    ///
    /// # Panics
    /// If the moments don't have as many elements as the parameters.
    #[track_caller]
    pub fn restore(&mut self, steps: u64, first: &[T], second: &[T]) {
        assert!(
            first.len() == self.first.len() && second.len() == self.second.len(),
            "moments of {} and {} elements can't be restored for {} parameters",
            first.len(),
            second.len(),
            self.first.len()
        );
        self.first.copy_from_slice(first);
        self.second.copy_from_slice(second);
        self.steps = 0;
        self.powers = (1.0, 1.0);
        (0..steps).for_each(|_| self.count_step());
    }

    /// Updates every parameter that is not frozen.
    ///
    /// # Errors
    /// If one of them received no gradient, or one that is not finite; nothing is changed then.
    ///
    /// # Panics
    /// If parameters were added since [`Adam::new`], the gradients are of other parameters, or the
    /// last step was made with them already.
    #[track_caller]
    pub fn step(
        &mut self,
        params: &mut Params<T>,
        gradients: &Gradients<T>,
    ) -> Result<(), UpdateError> {
        assert!(
            params.flat().len() == self.first.len(),
            "this optimizer was made for {} numbers, but there are {} in the parameters: make it \
             after the last parameter was added",
            self.first.len(),
            params.flat().len()
        );
        ready(params, gradients)?;
        self.count_step();
        let Self { options, first, second, powers, .. } = self;
        let step = adam::AdamStep {
            lr: options.lr,
            beta1: options.betas.0,
            beta2: options.betas.1,
            eps: options.eps,
            weight_decay: options.weight_decay,
            decoupled: options.decay == Decay::Decoupled,
            bias1: 1.0 - powers.0,
            bias2: 1.0 - powers.1,
        };
        for_each_trained(params, |params, r| {
            let flat = &mut params.flat_mut()[r.clone()];
            let gradient = &gradients.flat()[r.clone()];
            adam::step(flat, gradient, &mut first[r.clone()], &mut second[r], &step);
        });
        Ok(())
    }

    fn count_step(&mut self) {
        self.steps += 1;
        self.powers.0 *= self.options.betas.0;
        self.powers.1 *= self.options.betas.1;
    }
}
