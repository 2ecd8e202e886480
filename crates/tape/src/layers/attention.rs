//! Attention with several heads.

use gradroute_kernels::Real;

use super::Linear;
use crate::graph::Graph;
use crate::node::Var;
use crate::params::Params;

/// Self-attention (Vaswani et al. 2017, arXiv 1706.03762) over the positions of each sample, by
/// default causal: no position looks at later ones. (What it weights with 0 must still be finite: in a
/// forward product, 0 times a NaN is NaN.)
///
/// Its layers are `NAME.query`, `NAME.key`, `NAME.value`, without biases, and `NAME.output`, with one.
#[derive(Clone, Debug)]
pub struct Attention {
    name: String,
    /// What a position looks for. It has rows for one head after another, as those of
    /// `in_proj_weight` in PyTorch's `nn.MultiheadAttention`, which is these three below each other.
    pub query: Linear,
    /// What it is found by.
    pub key: Linear,
    /// What it gives.
    pub value: Linear,
    /// What is made of the heads, side by side.
    pub output: Linear,
    /// How many heads there are.
    pub heads: usize,
    /// Whether positions look at earlier ones and themselves only.
    pub causal: bool,
}

impl Attention {
    /// Adds the parameters for values of `d` elements and `heads` heads of `d / heads` each.
    ///
    /// # Panics
    /// If a parameter of that name exists, or `heads` does not divide `d`.
    #[track_caller]
    pub fn new<T: Real>(
        params: &mut Params<T>,
        name: &str,
        d: usize,
        heads: usize,
        seed: u64,
    ) -> Self {
        assert!(
            heads > 0 && d.is_multiple_of(heads),
            "layer `{name}`: {heads} heads can't share {d} elements alike"
        );
        let query = Linear::new(params, &format!("{name}.query"), d, d, false, seed);
        let key = Linear::new(params, &format!("{name}.key"), d, d, false, seed);
        let value = Linear::new(params, &format!("{name}.value"), d, d, false, seed);
        let output = Linear::new(params, &format!("{name}.output"), d, d, true, seed);
        Self { name: name.to_owned(), query, key, value, output, heads, causal: true }
    }

    /// Applies the layer to `x` `[n, t, d]`: n samples of t positions.
    ///
    /// ```
    /// use gradroute_tape::layers::Attention;
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let attention = Attention::new(&mut params, "attention", 8, 2, 0);
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::of_samples(&[1, 3, 8]), &[0.1; 24]);
    /// assert_eq!(g.shape(attention.forward(&g, x)), Shape::of_samples(&[1, 3, 8]));
    /// ```
    ///
    /// # Panics
    /// If `x` does not fit.
    #[track_caller]
    pub fn forward<T: Real>(&self, g: &Graph<'_, T>, x: Var) -> Var {
        self.forward_between(g, x, |heads| heads)
    }

    /// Like [`Attention::forward`], with something between the heads and the output layer: `between`
    /// gets what the heads give, side by side, `[n, t, d]`, and returns what the output layer sees. It
    /// is the place to route or to ablate heads.
    ///
    /// # Panics
    /// If `x` or what `between` returns does not fit.
    #[track_caller]
    pub fn forward_between<T: Real>(
        &self,
        g: &Graph<'_, T>,
        x: Var,
        between: impl FnOnce(Var) -> Var,
    ) -> Var {
        let _scope = g.scope(&self.name);
        let shape = g.shape(x);
        let &[n, t, d] = shape.dims() else {
            panic!("layer `{}`: the value must be [n, t, d], not {shape}", self.name)
        };
        let width = d / self.heads;
        let mut projected = [x; 3];
        for (value, layer) in projected.iter_mut().zip([&self.query, &self.key, &self.value]) {
            let heads = g.reshape(layer.forward(g, x), &[n, t, self.heads, width]);
            *value = g.permute(heads, &[0, 2, 1, 3]);
        }
        let [query, key, value] = projected; // [n, heads, t, width]
        let scores = g.scale(g.matmul_nt(query, key), 1.0 / (width as f64).sqrt());
        let weights = if self.causal { g.causal_softmax(scores) } else { g.softmax(scores) };
        let heads = g.permute(g.matmul(weights, value), &[0, 2, 1, 3]);
        self.output.forward(g, between(g.reshape(heads, &[n, t, d])))
    }
}
