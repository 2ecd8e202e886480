//! Adam with the L2 term in the gradient, as `torch.optim.Adam` has it.
//! candle-nn ships AdamW only (decay beside the gradient); this is written as
//! that one is: tensor operations, one parameter after the other.

use anyhow::{Context, Result};
use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};

const LR: f64 = 1e-3;
const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPS: f64 = 1e-8;

struct Slot {
    name: String,
    parameter: Var,
    first_moment: Tensor,
    second_moment: Tensor,
}

/// One Adam over all parameters.
pub struct Adam {
    slots: Vec<Slot>,
    weight_decay: f64,
    steps: i32,
}

impl Adam {
    /// Moments start at zero.
    pub fn new(parameters: &[(String, Var)], weight_decay: f64) -> Result<Self> {
        let slots = parameters
            .iter()
            .map(|(name, parameter)| {
                Ok(Slot {
                    name: name.clone(),
                    parameter: parameter.clone(),
                    first_moment: parameter.zeros_like()?,
                    second_moment: parameter.zeros_like()?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            slots,
            weight_decay,
            steps: 0,
        })
    }

    /// One update; every parameter must have a gradient.
    pub fn step(&mut self, gradients: &GradStore) -> Result<()> {
        self.steps += 1;
        let first_scale = 1. / (1. - BETA1.powi(self.steps));
        let second_scale = 1. / (1. - BETA2.powi(self.steps));
        for slot in &mut self.slots {
            // Detached, or the moments would keep every earlier step's graph alive.
            let p = slot.parameter.as_detached_tensor();
            let g = gradients
                .get(slot.parameter.as_tensor())
                .with_context(|| format!("{} received no gradient", slot.name))?;
            let g = match self.weight_decay {
                0. => g.clone(),
                decay => (g + (&p * decay)?)?,
            };
            slot.first_moment = ((&slot.first_moment * BETA1)? + (&g * (1. - BETA1))?)?;
            slot.second_moment = ((&slot.second_moment * BETA2)? + (g.sqr()? * (1. - BETA2))?)?;
            let denominator = ((&slot.second_moment * second_scale)?.sqrt()? + EPS)?;
            let update = ((&slot.first_moment * (LR * first_scale))? / denominator)?;
            slot.parameter.set(&p.sub(&update)?)?;
        }
        Ok(())
    }
}
