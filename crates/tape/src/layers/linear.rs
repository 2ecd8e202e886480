//! A fully connected layer.

use gradroute_kernels::Real;

use super::init;
use crate::graph::Graph;
use crate::node::Var;
use crate::ops::LinearOptions;
use crate::params::{ParamId, Params};

/// `x Wᵀ + b` with parameters `NAME.weight` `[out, in]` and, if wanted, `NAME.bias` `[out]`.
#[derive(Clone, Debug)]
pub struct Linear {
    name: String,
    /// The weight, `[out, in]`.
    pub weight: ParamId,
    /// The bias, `[out]`, if the layer has one.
    pub bias: Option<ParamId>,
}

impl Linear {
    /// Adds the layer's parameters, uniform in ±1/sqrt(`inputs`) as PyTorch's `nn.Linear` does.
    /// Each parameter draws from a random stream of its own, told apart by `seed` and the
    /// parameter's name, so that adding a layer changes no other.
    ///
    /// # Panics
    /// If a parameter of that name exists, or `inputs` is 0.
    #[track_caller]
    pub fn new<T: Real>(
        params: &mut Params<T>,
        name: &str,
        inputs: usize,
        outputs: usize,
        bias: bool,
        seed: u64,
    ) -> Self {
        assert!(inputs > 0, "layer `{name}`: needs at least one input");
        let bound = 1.0 / (inputs as f64).sqrt();
        let full = format!("{name}.weight");
        let weight = init::uniform(params, &full, &[outputs, inputs], bound, seed);
        let full = format!("{name}.bias");
        // No closure adds: a panic within one would name this line instead of the caller's.
        let bias = match bias {
            true => Some(init::uniform(params, &full, &[outputs], bound, seed)),
            false => None,
        };
        Self { name: name.to_owned(), weight, bias }
    }

    /// The layer's name, the prefix of its parameters' names.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Applies the layer to `x` `[.., in]`, giving `[.., out]`.
    ///
    /// # Panics
    /// If `x` does not fit.
    #[track_caller]
    pub fn forward<T: Real>(&self, g: &Graph<'_, T>, x: Var) -> Var {
        self.forward_with(g, x, LinearOptions::default())
    }

    /// Like [`Linear::forward`], with an activation and a way to read the input.
    ///
    /// # Panics
    /// If `x` does not fit.
    #[track_caller]
    pub fn forward_with<T: Real>(&self, g: &Graph<'_, T>, x: Var, options: LinearOptions) -> Var {
        let _scope = g.scope(&self.name);
        let weight = g.param(self.weight);
        #[expect(clippy::manual_map, reason = "a panic within a closure would name this line")]
        let bias = match self.bias {
            Some(bias) => Some(g.param(bias)),
            None => None,
        };
        g.linear_with(x, weight, bias, options)
    }
}
