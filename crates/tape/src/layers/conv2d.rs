//! A convolutional layer.

use gradroute_kernels::Real;

use super::init;
use crate::graph::Graph;
use crate::node::Var;
use crate::params::{ParamId, Params};

/// The parameters `NAME.weight` `[out, channels, size, size]` and `NAME.bias` `[out]`.
#[derive(Clone, Debug)]
pub struct Conv2d {
    name: String,
    /// The weight, `[out, channels, size, size]`.
    pub weight: ParamId,
    /// The bias, `[out]`.
    pub bias: ParamId,
    /// By how many pixels the kernel moves on.
    pub stride: usize,
    /// Rows and columns of zeros around the image.
    pub padding: usize,
}

impl Conv2d {
    /// Adds the layer's parameters for `channels` channels and a kernel of `size` by `size`, uniform
    /// in ±1/sqrt(`channels * size * size`) as PyTorch's `nn.Conv2d`, each from a random stream of its
    /// own. The stride is 1, the padding 0: see [`Conv2d::with_stride`] and
    /// [`Conv2d::with_padding`].
    ///
    /// # Panics
    /// If a parameter of that name exists, or the kernel has no elements.
    #[track_caller]
    pub fn new<T: Real>(
        params: &mut Params<T>,
        name: &str,
        channels: usize,
        outputs: usize,
        size: usize,
        seed: u64,
    ) -> Self {
        let inputs = channels * size * size;
        assert!(inputs > 0, "layer `{name}`: a kernel of {channels} by {size} by {size} is empty");
        let bound = 1.0 / (inputs as f64).sqrt();
        let dims = [outputs, channels, size, size];
        let weight = init::uniform(params, &format!("{name}.weight"), &dims, bound, seed);
        let bias = init::uniform(params, &format!("{name}.bias"), &[outputs], bound, seed);
        Self { name: name.to_owned(), weight, bias, stride: 1, padding: 0 }
    }

    /// The layer with another stride.
    #[must_use]
    pub fn with_stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// The layer with zeros around the image.
    #[must_use]
    pub fn with_padding(self, padding: usize) -> Self {
        Self { padding, ..self }
    }

    /// Applies the layer to images `x` `[n, channels, h, w]`; see [`Graph::conv2d`].
    ///
    /// ```
    /// use gradroute_tape::layers::Conv2d;
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let layer = Conv2d::new(&mut params, "conv", 1, 4, 3, 0).with_padding(1);
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let y = layer.forward(&g, g.literal(Shape::of_samples(&[2, 1, 5, 5]), &[0.5; 50]));
    /// assert_eq!(g.shape(y), Shape::of_samples(&[2, 4, 5, 5]));
    /// ```
    ///
    /// # Panics
    /// If `x` does not fit.
    #[track_caller]
    pub fn forward<T: Real>(&self, g: &Graph<'_, T>, x: Var) -> Var {
        let _scope = g.scope(&self.name);
        let (weight, bias) = (g.param(self.weight), g.param(self.bias));
        g.conv2d(x, weight, Some(bias), self.stride, self.padding)
    }
}
