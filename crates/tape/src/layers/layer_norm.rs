//! Layer normalisation with a weight and a bias.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::params::{ParamId, Params};

/// The parameters `NAME.weight` and `NAME.bias`, `[d]` each.
#[derive(Clone, Debug)]
pub struct LayerNorm {
    name: String,
    /// The weight, `[d]`.
    pub weight: ParamId,
    /// The bias, `[d]`.
    pub bias: ParamId,
    /// What is added to the variance.
    pub eps: f64,
}

impl LayerNorm {
    /// Adds the parameters: weights 1, biases 0, and eps 1e-5, as PyTorch's `nn.LayerNorm`.
    ///
    /// # Panics
    /// If a parameter of that name exists.
    #[track_caller]
    pub fn new<T: Real>(params: &mut Params<T>, name: &str, d: usize) -> Self {
        let weight = params.add(&format!("{name}.weight"), &[d], || T::ONE);
        let bias = params.add(&format!("{name}.bias"), &[d], || T::ZERO);
        Self { name: name.to_owned(), weight, bias, eps: 1e-5 }
    }

    /// Applies the layer to `x` `[.., d]`; see [`Graph::layer_norm`].
    ///
    /// ```
    /// use gradroute_tape::layers::LayerNorm;
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let norm = LayerNorm::new(&mut params, "norm", 2);
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let y = norm.forward(&g, g.literal(Shape::of_samples(&[1, 2]), &[0.0, 1000.0]));
    /// assert!((g.value(y)[1] - 1.0).abs() < 1e-6);
    /// ```
    ///
    /// # Panics
    /// If `x` does not fit.
    #[track_caller]
    pub fn forward<T: Real>(&self, g: &Graph<'_, T>, x: Var) -> Var {
        let _scope = g.scope(&self.name);
        let (shape, weight) = (g.shape(x), g.params().shape(self.weight));
        assert!(
            shape.dims().last() == weight.dims().last(),
            "layer `{}`: the value must be [.., {}], not {shape}",
            self.name,
            weight.len()
        );
        g.layer_norm(x, Some(g.param(self.weight)), Some(g.param(self.bias)), self.eps)
    }
}
