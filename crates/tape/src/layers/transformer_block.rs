//! A block of a transformer.

use gradroute_kernels::Real;

use super::{Attention, LayerNorm, Linear};
use crate::graph::Graph;
use crate::node::Var;
use crate::params::Params;

/// Attention, then two layers with a GELU between them, each on a normalised copy of the value that it
/// adds to (pre-norm, as in GPT-2):
///
/// ```text
/// x = x + attention(norm_1(x))
/// x = x + contract(gelu(expand(norm_2(x))))
/// ```
///
/// Attention has no order of its own: add something for the position to `x` before the first block,
/// such as an [`Embedding`](super::Embedding) of the numbers 0 to t - 1. The GELU is the tanh form, as
/// in GPT-2 (PyTorch's `approximate="tanh"`). Query, key and value have no biases, which GPT-2 has.
///
/// Its layers are `NAME.norm_1`, `NAME.attention`, `NAME.norm_2`, `NAME.expand` and `NAME.contract`.
#[derive(Clone, Debug)]
pub struct TransformerBlock {
    name: String,
    /// Before the attention.
    pub norm_1: LayerNorm,
    /// The attention.
    pub attention: Attention,
    /// Before the two layers.
    pub norm_2: LayerNorm,
    /// From `d` to the hidden units.
    pub expand: Linear,
    /// And back.
    pub contract: Linear,
}

/// A place within a [`TransformerBlock`] where a route or an ablation can stand.
///
/// A route there stops what goes back into the layer in front of it, `expand` or the heads. It does not
/// stop what the layer behind it learns: `contract` (and `output`) is taught by all samples, by what
/// those units say to them. Nor does it reach what goes past the block, on the residual path, into the
/// norms and the attention. So the units that a sample may not teach still come to be used for it, and
/// ablating them costs it something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// What the heads give, side by side, `[n, t, d]`.
    Heads,
    /// The hidden units after the GELU, `[n, t, hidden]`.
    Hidden,
}

impl TransformerBlock {
    /// Adds the parameters for values of `d` elements, `heads` heads and `hidden` hidden units.
    ///
    /// # Panics
    /// If a parameter of that name exists, or `heads` does not divide `d`.
    #[track_caller]
    pub fn new<T: Real>(
        params: &mut Params<T>,
        name: &str,
        d: usize,
        heads: usize,
        hidden: usize,
        seed: u64,
    ) -> Self {
        let norm_1 = LayerNorm::new(params, &format!("{name}.norm_1"), d);
        let attention = Attention::new(params, &format!("{name}.attention"), d, heads, seed);
        let norm_2 = LayerNorm::new(params, &format!("{name}.norm_2"), d);
        let expand = Linear::new(params, &format!("{name}.expand"), d, hidden, true, seed);
        let contract = Linear::new(params, &format!("{name}.contract"), hidden, d, true, seed);
        Self { name: name.to_owned(), norm_1, attention, norm_2, expand, contract }
    }

    /// Applies the block to `x` `[n, t, d]`: n samples of t positions.
    ///
    /// # Panics
    /// If `x` does not fit.
    #[track_caller]
    pub fn forward<T: Real>(&self, g: &Graph<'_, T>, x: Var) -> Var {
        self.forward_between(g, x, |_, value| value)
    }

    /// Like [`TransformerBlock::forward`], with something at each [`Place`]: `between` gets the value
    /// there and returns what goes on.
    ///
    /// ```
    /// use gradroute_tape::layers::{Place, TransformerBlock};
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let block = TransformerBlock::new(&mut params, "block", 8, 2, 16, 0);
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::of_samples(&[2, 3, 8]), &[0.1; 48]);
    /// // The first story teaches the first eight hidden units, the second one the others. (With a
    /// // label for each token, its mask of [n * t, 16] would be reshaped to [n, t, 16].)
    /// let mask = g.label_mask(&[0, 1], 16, |label, unit| (label == 0) == (unit < 8));
    /// let mask = g.reshape(mask, &[2, 1, 16]);
    /// let y = block.forward_between(&g, x, |place, value| match place {
    ///     Place::Hidden => g.route(value, mask),
    ///     Place::Heads => value,
    /// });
    /// let plain = block.forward(&g, x);
    /// assert_eq!(*g.value(y), *g.value(plain), "a route changes no value");
    /// ```
    ///
    /// # Panics
    /// If `x` or what `between` returns does not fit.
    #[track_caller]
    pub fn forward_between<T: Real>(
        &self,
        g: &Graph<'_, T>,
        x: Var,
        mut between: impl FnMut(Place, Var) -> Var,
    ) -> Var {
        let _scope = g.scope(&self.name);
        let normed = self.norm_1.forward(g, x);
        let attended =
            self.attention.forward_between(g, normed, |heads| between(Place::Heads, heads));
        let x = g.add(x, attended);
        let hidden = g.gelu(self.expand.forward(g, self.norm_2.forward(g, x)));
        g.add(x, self.contract.forward(g, between(Place::Hidden, hidden)))
    }
}
