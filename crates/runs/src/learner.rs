//! What most experiments train with.

use gradroute_tape::optim::{Adam, AdamOptions, UpdateError};
use gradroute_tape::{Gradients, Params, Real, Tape};

use crate::state::State;

/// Parameters with their optimizer, their gradients and a tape: what a supervised experiment trains
/// with. The fields are public and separate, so that a graph over the parameters can be open while
/// gradients are written.
pub struct Learner<T: Real = f32> {
    /// The parameters.
    pub params: Params<T>,
    /// Their optimizer.
    pub adam: Adam<T>,
    /// Room for their gradients.
    pub gradients: Gradients<T>,
    /// The tape that steps and evaluations are recorded on.
    pub tape: Tape<T>,
}

impl<T: Real> Learner<T> {
    /// A learner of `params`, to which no parameter may be added any more.
    pub fn new(params: Params<T>, options: AdamOptions) -> Self {
        Self {
            adam: Adam::new(&params, options),
            gradients: Gradients::new(&params),
            tape: Tape::new(),
            params,
        }
    }

    /// Shows parameters and optimizer to `state` under `name`; "" for the only learner there is.
    ///
    /// # Panics
    /// If the name was shown before.
    #[track_caller]
    pub fn state(&mut self, name: &str, state: &mut State<'_, T>) {
        state.params(name, &mut self.params);
        state.adam(name, &mut self.adam, &self.params);
    }

    /// Updates the parameters with the gradients at hand, at learning rate `lr`.
    ///
    /// # Errors
    /// If a parameter that is not frozen received none, or one that is not finite.
    pub fn update(&mut self, lr: f64) -> Result<(), UpdateError> {
        self.adam.set_lr(lr);
        self.adam.step(&mut self.params, &self.gradients)
    }
}
