//! A stack of fully connected layers with ReLU between them.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::layers::Linear;
use crate::node::Var;
use crate::ops::{Activation, Input, LinearOptions};
use crate::params::Params;

/// Linear layers with ReLU after each but the last.
///
/// The layers are named `NAME.0`, `NAME.2`, `NAME.4`, ..., which are the names they have in a
/// PyTorch `nn.Sequential` with its activations in between.
#[derive(Clone, Debug)]
pub struct Mlp {
    layers: Vec<Linear>,
}

impl Mlp {
    /// Adds layers from each of `widths` to the next; the last one has a bias if `last_bias`.
    ///
    /// # Panics
    /// With fewer than two widths, or where [`Linear::new`] does.
    #[track_caller]
    pub fn new<T: Real>(
        params: &mut Params<T>,
        name: &str,
        widths: &[usize],
        last_bias: bool,
        seed: u64,
    ) -> Self {
        assert!(widths.len() >= 2, "`{name}` needs at least an input and an output width");
        let count = widths.len() - 1;
        let mut layers = Vec::with_capacity(count);
        for (i, pair) in widths.windows(2).enumerate() {
            let bias = last_bias || i + 1 < count;
            let layer =
                Linear::new(params, &format!("{name}.{}", 2 * i), pair[0], pair[1], bias, seed);
            layers.push(layer);
        }
        Self { layers }
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Linear] {
        &self.layers
    }

    /// Applies the stack to `x` `[n, in]`, giving `[n, out]`.
    ///
    /// # Panics
    /// If `x` does not fit.
    #[track_caller]
    pub fn forward<T: Real>(&self, g: &Graph<'_, T>, x: Var) -> Var {
        self.forward_with(g, x, Input::Plain)
    }

    /// Like [`Mlp::forward`], with a way to read the input.
    ///
    /// # Panics
    /// If `x` does not fit.
    #[track_caller]
    pub fn forward_with<T: Real>(&self, g: &Graph<'_, T>, x: Var, input: Input) -> Var {
        self.forward_between(g, x, input, |_, hidden| hidden)
    }

    /// Like [`Mlp::forward_with`], with something between the layers: `between` gets the number of
    /// each hidden layer, from 0, and its value `[n, width]` after the ReLU, and returns what the
    /// next layer sees. It is the place for a route or an ablation.
    ///
    /// ```
    /// use gradroute_tape::layers::Mlp;
    /// use gradroute_tape::ops::Input;
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let mlp = Mlp::new(&mut params, "mlp", &[2, 6, 4, 3], true, 0);
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::of_samples(&[2, 2]), &[1.0, 2.0, 3.0, 4.0]);
    /// // Samples of label 0 teach the first half of layer 0, samples of label 1 the second.
    /// let mask = g.label_mask(&[0, 1], 6, |label, dim| (label == 0) == (dim < 3));
    /// let logits = mlp.forward_between(&g, x, Input::Plain, |layer, hidden| match layer {
    ///     0 => g.route(hidden, mask),
    ///     _ => hidden,
    /// });
    /// let plain = mlp.forward(&g, x);
    /// assert_eq!(*g.value(logits), *g.value(plain), "a route changes no value");
    /// ```
    ///
    /// # Panics
    /// If `x` does not fit, or what `between` returns has other extents than what it got.
    #[track_caller]
    pub fn forward_between<T: Real>(
        &self,
        g: &Graph<'_, T>,
        x: Var,
        input: Input,
        mut between: impl FnMut(usize, Var) -> Var,
    ) -> Var {
        let mut value = x;
        for (i, layer) in self.layers.iter().enumerate() {
            let last = i + 1 == self.layers.len();
            let options = LinearOptions {
                activation: if last { Activation::Identity } else { Activation::Relu },
                input: if i == 0 { input } else { Input::Plain },
            };
            value = layer.forward_with(g, value, options);
            if !last {
                let hidden = g.shape(value);
                value = between(i, value);
                let found = g.shape(value);
                assert!(
                    found.dims() == hidden.dims(),
                    "hidden layer {i} is {hidden}, but what stands between the layers made it \
                     {found}; it must keep the extents"
                );
            }
        }
        value
    }
}
